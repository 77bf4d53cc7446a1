using Dpu.Client.Contracts;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>The configuration is read again. Refused as a whole when it is wrong: what held goes on to hold.</summary>
internal sealed class ReloadEndpoint(ApiServices services)
{
    private const string Code = "bad-configuration";

    public IResult Reload(HttpContext context)
    {
        try
        {
            var report = services.Reload();
            services.Users.Acts.Note(RequestGuard.CallerOf(context), "reload", "");
            return Endpoints.Json(report, ApiJson.Default.ReloadReport);
        }
        catch (StartupException error)
        {
            return ProblemResult.Because(
                StatusCodes.Status422UnprocessableEntity,
                Code,
                "The configuration is wrong; nothing was changed.",
                [.. error.Message.Split('\n').Select(static line => new ProblemItem(Code, line))]);
        }
    }
}
