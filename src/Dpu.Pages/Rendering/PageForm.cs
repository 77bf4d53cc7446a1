using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Dpu.Pages.Rendering;

/// <summary>What a form of a page sent.</summary>
internal static class PageForm
{
    /// <summary>Of a form without files, and of files that are no code.</summary>
    public const long UsualMax = 16L << 20;

    /// <summary>Of one that may bring a tree of code, file by file.</summary>
    public const long CodeMax = 256L << 20;

    private static readonly FormOptions Limits = new()
    {
        ValueCountLimit = 32_768,
        KeyLengthLimit = 1024,
        ValueLengthLimit = 4 << 20,
        BufferBodyLengthLimit = UsualMax,
        MultipartBodyLengthLimit = CodeMax,
    };

    /// <param name="context">Whose form.</param>
    /// <param name="most">How long it may be, in bytes; a form is held in memory, and what is longer than some tens of KiB of a file on the disk.</param>
    /// <exception cref="ApiRefusedException">It is no form, or too large.</exception>
    public static async Task<IFormCollection> ReadAsync(HttpContext context, long most = UsualMax)
    {
        if (context.Request.ContentLength > most)
        {
            throw new ApiRefusedException(new Problem(
                "Too large", StatusCodes.Status413PayloadTooLarge, $"What the form brings is longer than {most >> 20} MiB, which is the most here. Code is brought as a zip archive, or with 'dpu run --code DIR'.", "too-large"));
        }

        context.Request.Body = new BoundedStream(context.Request.Body, most);
        try
        {
            return await new FormFeature(context.Request, Limits).ReadFormAsync(context.RequestAborted);
        }
        catch (Exception error) when (error is InvalidDataException or InvalidOperationException)
        {
            throw new ApiRefusedException(new Problem("Bad request", StatusCodes.Status400BadRequest, $"The form cannot be read: {error.Message.TrimEnd('.')}.", "bad-form"));
        }
    }
}
