using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Dpu.Pages.Rendering;

/// <summary>What a form of a page sent.</summary>
internal static class PageForm
{
    private static readonly FormOptions Limits = new() { ValueCountLimit = 4096, KeyLengthLimit = 1024, ValueLengthLimit = 4 << 20, BufferBodyLengthLimit = 16 << 20 };

    /// <exception cref="ApiRefusedException">It is no form, or too large.</exception>
    public static async Task<IFormCollection> ReadAsync(HttpContext context)
    {
        try
        {
            return await new FormFeature(context.Request, Limits).ReadFormAsync(context.RequestAborted);
        }
        catch (Exception error) when (error is InvalidDataException or InvalidOperationException)
        {
            throw new ApiRefusedException(new Problem("Bad request", StatusCodes.Status400BadRequest, $"The form cannot be read: {error.Message}", "bad-form"));
        }
    }
}
