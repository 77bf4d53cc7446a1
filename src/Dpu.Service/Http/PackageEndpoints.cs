using System.Net.Mime;
using Dpu.Client.Contracts;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>
/// The program for hosts that have none of it. It holds nothing secret, and whoever fetches it was told its hash over a channel that he trusts: so it is for everybody who
/// knows the hash, without a key that a script would have to hand to <c>curl</c>.
/// </summary>
internal sealed class PackageEndpoints(ApiServices services)
{
    /// <summary>Makes the package if there is none yet: that takes some seconds.</summary>
    public async Task<IResult> DescribeAsync(HttpContext context)
    {
        try
        {
            var start = await services.Launches.StartOfAsync("", services.Options.Pilots.Frontends, context.RequestAborted);
            var package = services.Packages.Find(start.Package)!;
            return Endpoints.Json(
                new PackageInfo(package.Sha256, package.SizeBytes, start.Program.EntryPath, start.ProgramSha256, start.Program.MuxerPath, start.Frontends, start.Arguments), ApiJson.Default.PackageInfo);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return ProblemResult.Because(StatusCodes.Status503ServiceUnavailable, "no-package", $"The program cannot be packed for other hosts: {error.Message}");
        }
    }

    public IResult Content(HttpContext context)
    {
        var sha256 = (string)context.Request.RouteValues["sha256"]!;
        return services.Packages.Find(sha256) is { } package
            ? Results.File(package.Path, MediaTypeNames.Application.GZip, enableRangeProcessing: true)
            : ProblemResult.Because(StatusCodes.Status404NotFound, "unknown-package", $"There is no package '{sha256}' here: the program has changed since that was told.");
    }
}
