using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dpu.Client.Contracts;

namespace Dpu.Client.Http;

/// <summary>Turns answers into records, and refusals into exceptions.</summary>
internal static class Answer
{
    private const int ShownTextLengthMax = 200;

    public static async Task<T> ReadAsync<T>(HttpResponseMessage answer, JsonTypeInfo<T> type, DpuClientOptions options, CancellationToken ct)
        where T : class
    {
        try
        {
            await using var body = new SilenceLimitStream(await answer.Content.ReadAsStreamAsync(ct), options.SilenceLimit, options.Time);
            return await JsonSerializer.DeserializeAsync(body, type, ct) ?? throw NotADpu(options.Address, null);
        }
        catch (JsonException e)
        {
            throw NotADpu(options.Address, e);
        }
    }

    /// <summary>Does nothing for a success, throws the fitting exception for anything else.</summary>
    public static async Task EnsureSuccessAsync(HttpResponseMessage answer, Uri address, bool hadToken, CancellationToken ct)
    {
        if (answer.IsSuccessStatusCode)
        {
            return;
        }

        var problem = await ReadProblemAsync(answer, ct);
        if (problem is null && answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            throw NotADpu(address, null);
        }

        problem ??= new Problem(answer.ReasonPhrase ?? "Refused", (int)answer.StatusCode, await ReadTextAsync(answer, ct));
        throw answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            ? new DpuNotAllowedException(NotAllowed(problem, address, hadToken), problem)
            : new DpuRefusedException(problem with { Status = (int)answer.StatusCode });
    }

    public static DpuUnreachableException NotADpu(Uri address, Exception? inner) =>
        new(address, $"What answers at {address.GetLeftPart(UriPartial.Authority)} is not a DPU (or one of another version).", inner: inner);

    /// <summary>One of our service's problems, or null when the answer is something else.</summary>
    private static async Task<Problem?> ReadProblemAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if (answer.Content.Headers.ContentType?.MediaType is not (Problem.ContentType or "application/json"))
        {
            return null;
        }

        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(ct);
            var problem = await JsonSerializer.DeserializeAsync(body, ApiJson.Default.Problem, ct);
            return problem?.Title is null ? null : problem;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task<string> ReadTextAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[4 * ShownTextLengthMax];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        var text = Encoding.UTF8.GetString(buffer, 0, length).ReplaceLineEndings(" ").Trim();
        var shown = text.Length > ShownTextLengthMax ? text[..ShownTextLengthMax] + "…" : text;
        return $"The DPU answered {(int)answer.StatusCode} {answer.ReasonPhrase}{(shown.Length == 0 ? "" : ": " + shown)}";
    }

    private static string NotAllowed(Problem problem, Uri address, bool hadToken)
    {
        var said = string.IsNullOrEmpty(problem.Detail) ? problem.Title : problem.Detail;
        return hadToken || problem.Code is not (null or "token-needed")
            ? said
            : $"{said.TrimEnd('.')}. You are a visitor there: no token of yours was found in {TokenFile.PathFor(address)}, where a DPU writes it for the user who started it, and nobody has logged in ('dpu login').";
    }
}
