using System.Text.Json;
using Dpu.Client.Contracts;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>A refusal as <c>application/problem+json</c>.</summary>
internal sealed class ProblemResult(Problem problem) : IResult
{
    public int Status => problem.Status;

    public static ProblemResult Because(int status, string code, string detail, IReadOnlyList<ProblemItem>? errors = null) =>
        new(new Problem(TitleOf(status), status, detail, code, errors ?? []));

    public static ProblemResult NoSuchJob(Domain.Jobs.JobId job) => Because(StatusCodes.Status404NotFound, "unknown-job", $"There is no job {job}.");

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = problem.Status;
        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            httpContext.Response.Headers.WWWAuthenticate = "Bearer";
        }

        httpContext.Response.ContentType = Problem.ContentType;
        await JsonSerializer.SerializeAsync(httpContext.Response.Body, problem, ApiJson.Default.Problem, httpContext.RequestAborted);
    }

    private static string TitleOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "Bad request",
        StatusCodes.Status401Unauthorized => "Not logged in",
        StatusCodes.Status403Forbidden => "Not allowed",
        StatusCodes.Status404NotFound => "Not found",
        StatusCodes.Status405MethodNotAllowed => "Not this way",
        StatusCodes.Status409Conflict => "Conflict",
        StatusCodes.Status413PayloadTooLarge => "Too large",
        StatusCodes.Status421MisdirectedRequest => "Wrong host",
        StatusCodes.Status422UnprocessableEntity => "Refused",
        StatusCodes.Status429TooManyRequests => "Too many requests",
        StatusCodes.Status502BadGateway => "Not delivered",
        StatusCodes.Status503ServiceUnavailable => "Unavailable",
        _ => "Failed",
    };
}
