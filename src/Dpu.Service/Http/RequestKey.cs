using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>A client's own name for a request: asked again with it, nothing is done twice.</summary>
internal static class RequestKey
{
    /// <summary>The longest that is remembered, in characters.</summary>
    public const int LengthMax = 200;

    private const string Header = "Idempotency-Key";

    /// <summary>A client that names no key cannot ask again: each of its requests is one of its own. Null for a key that nobody could remember.</summary>
    public static string? Of(HttpContext context) => context.Request.Headers[Header].ToString() switch
    {
        "" => Guid.NewGuid().ToString("N"),
        { Length: <= LengthMax } key => key,
        _ => null,
    };

    public static ProblemResult TooLong() => ProblemResult.Because(
        StatusCodes.Status422UnprocessableEntity, "bad-key", $"An idempotency key has at most {LengthMax} characters.");
}
