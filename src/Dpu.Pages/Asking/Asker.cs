using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dpu.Client.Contracts;
using Microsoft.AspNetCore.Http;

namespace Dpu.Pages.Asking;

/// <summary>Asks the API for one visit of a page.</summary>
internal sealed class Asker(IApi api, HttpContext page)
{
    private const string Prefix = "/api/v1";
    private const string NextPage = ">; rel=\"next\"";

    /// <summary>What the page cannot be shown without.</summary>
    /// <exception cref="ApiRefusedException">The API says no.</exception>
    public async Task<T> GetAsync<T>(string address, JsonTypeInfo<T> type)
        where T : class => (await TryGetAsync(address, type)).Require();

    /// <summary>A part of a page that may be missing for a reason.</summary>
    public async Task<Reply<T>> TryGetAsync<T>(string address, JsonTypeInfo<T> type)
        where T : class => Read(await api.AskAsync(page, new ApiQuestion(HttpMethods.Get, address)), type);

    /// <summary>Does something.</summary>
    /// <param name="address">Path and query behind <c>/api/v1</c>.</param>
    /// <param name="body">What is asked for.</param>
    /// <param name="bodyType">Its form.</param>
    /// <param name="answerType">The answer's.</param>
    /// <param name="key">The client's name for it, so that sent again it is done once; null for none.</param>
    public async Task<Reply<TAnswer>> PostAsync<TBody, TAnswer>(
        string address, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, string? key = null)
        where TAnswer : class
    {
        using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(body, bodyType));
        return Read(await api.AskAsync(page, new ApiQuestion(HttpMethods.Post, address, json, Key: key)), answerType);
    }

    /// <summary>Sends a file as it is.</summary>
    public async Task<Reply<T>> PutAsync<T>(string address, Stream body, string mediaType, JsonTypeInfo<T> type)
        where T : class => Read(await api.AskAsync(page, new ApiQuestion(HttpMethods.Put, address, body, mediaType)), type);

    /// <summary>An answer that is no JSON, such as the lines of a log; the caller reads its body.</summary>
    /// <exception cref="ApiRefusedException">The API says no.</exception>
    public async Task<ReadOnlyMemory<byte>> GetBytesAsync(string address)
    {
        var reply = await api.AskAsync(page, new ApiQuestion(HttpMethods.Get, address));
        return IsSuccess(reply) ? reply.Body : throw new ApiRefusedException(ProblemOf(reply));
    }

    private static Reply<T> Read<T>(ApiReply reply, JsonTypeInfo<T> type)
        where T : class =>
        IsSuccess(reply)
            ? new Reply<T>(JsonSerializer.Deserialize(reply.Body.Span, type), null, NextOf(reply.Link))
            : new Reply<T>(null, ProblemOf(reply), null);

    private static bool IsSuccess(ApiReply reply) => reply.Status is >= StatusCodes.Status200OK and < StatusCodes.Status300MultipleChoices;

    private static Problem ProblemOf(ApiReply reply) =>
        JsonSerializer.Deserialize(reply.Body.Span, ApiJson.Default.Problem) is { } problem ? problem with { Status = reply.Status } : new Problem("Failed", reply.Status);

    /// <summary>Path and query of what follows in a list, as they are asked for.</summary>
    private static string? NextOf(string? link) =>
        link is not null && link.EndsWith(NextPage, StringComparison.Ordinal) && link.IndexOf(Prefix, StringComparison.Ordinal) is >= 0 and var begin
            ? link[(begin + Prefix.Length)..^NextPage.Length]
            : null;
}

/// <summary>An answer, or why there is none.</summary>
/// <param name="Value">The answer; null when it was refused.</param>
/// <param name="Problem">Why not.</param>
/// <param name="Next">Of a list: where it goes on; null at its end.</param>
internal sealed record Reply<T>(T? Value, Problem? Problem, string? Next)
    where T : class
{
    /// <exception cref="ApiRefusedException">There is none.</exception>
    public T Require() => Value ?? throw new ApiRefusedException(Problem ?? new Problem("Failed", StatusCodes.Status502BadGateway, "The DPU's answer was empty."));
}
