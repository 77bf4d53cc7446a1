using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Microsoft.AspNetCore.Http;

namespace Dpu.Pages.Tests;

/// <summary>Answers what it was told to, and keeps what it was asked.</summary>
internal sealed class FakeApi : IApi
{
    private readonly Dictionary<string, ApiReply> _answers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<string, ApiReply>> _byBody = new(StringComparer.Ordinal);
    private readonly List<(string Begin, Action<byte[]> Take, ApiReply Reply)> _takes = [];
    private readonly Lock _lock = new();

    /// <summary>Method and address of each question, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>The bodies that were sent, in order; empty for none.</summary>
    public List<string> Bodies { get; } = [];

    /// <summary>Their idempotency keys, in order; null for none.</summary>
    public List<string?> Keys { get; } = [];

    public FakeApi()
    {
        Answers("GET /health", new HealthInfo("a dpu", "1", "embedded", HealthInfo.Ready), ApiJson.Default.HealthInfo);
        Answers("GET /whoami", new WhoAmI("jane", "1", ["common"], "common", "project", null, null), ApiJson.Default.WhoAmI);
    }

    /// <param name="question">Such as <c>GET /jobs/1</c>; without its query it answers any.</param>
    /// <param name="answer">What is answered.</param>
    /// <param name="type">Its form.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="link">The <c>Link</c> header.</param>
    public void Answers<T>(string question, T answer, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK, string? link = null) =>
        _answers[question] = new ApiReply(status, JsonSerializer.SerializeToUtf8Bytes(answer, type), link);

    /// <summary>What is answered follows from the body that is sent.</summary>
    public void AnswersBy<T>(string question, Func<JsonElement, (int Status, T Answer)?> answer, JsonTypeInfo<T> type, Problem otherwise) => _byBody[question] = body =>
        answer(JsonDocument.Parse(body).RootElement) is { } one
            ? new ApiReply(one.Status, JsonSerializer.SerializeToUtf8Bytes(one.Answer, type), null)
            : new ApiReply(otherwise.Status, JsonSerializer.SerializeToUtf8Bytes(otherwise, ApiJson.Default.Problem), null);

    /// <summary>Whatever address begins so: takes what is sent.</summary>
    public void Takes<T>(string begin, Action<byte[]> take, T answer, JsonTypeInfo<T> type) => _takes.Add((begin, take, new ApiReply(StatusCodes.Status201Created, JsonSerializer.SerializeToUtf8Bytes(answer, type), null)));

    public void Refuses(string question, Problem problem) => Answers(question, problem, ApiJson.Default.Problem, problem.Status);

    public async Task<ApiReply> AskAsync(HttpContext page, ApiQuestion question)
    {
        var asked = $"{question.Method} {question.Address}";
        using var bytes = new MemoryStream();
        await (question.Body?.CopyToAsync(bytes) ?? Task.CompletedTask);
        var body = System.Text.Encoding.UTF8.GetString(bytes.ToArray());
        lock (_lock)
        {
            Asked.Add(asked);
            Keys.Add(question.Key);
            Bodies.Add(body);
        }

        if (_takes.Find(one => asked.StartsWith(one.Begin, StringComparison.Ordinal)) is { Take: { } take } taken)
        {
            take(bytes.ToArray());
            return taken.Reply;
        }

        if (_byBody.TryGetValue(asked, out var byBody))
        {
            return byBody(body);
        }

        return _answers.TryGetValue(asked, out var exact) ? exact
            : _answers.TryGetValue(asked.Split('?')[0], out var any) ? any
            : throw new InvalidOperationException($"Nobody said what to answer to {asked}.");
    }
}
