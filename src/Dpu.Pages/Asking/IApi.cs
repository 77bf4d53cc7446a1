using Microsoft.AspNetCore.Http;

namespace Dpu.Pages.Asking;

/// <summary>
/// The HTTP API, asked from within the process that serves it. Pages know nothing else of the DPU, so nobody sees or does more on a page than by a command.
/// </summary>
public interface IApi
{
    /// <summary>Asks as whoever asks for the page: with his rights, his address and his origin.</summary>
    /// <param name="page">The request for the page.</param>
    /// <param name="question">What is asked.</param>
    Task<ApiReply> AskAsync(HttpContext page, ApiQuestion question);
}

/// <summary>A request of the API.</summary>
/// <param name="Method">Such as <c>GET</c>.</param>
/// <param name="Address">Path and query behind <c>/api/v1</c>, escaped.</param>
/// <param name="Body">What is sent; null for nothing.</param>
/// <param name="Type">The body's media type.</param>
/// <param name="Key">The <c>Idempotency-Key</c>; null for none.</param>
public sealed record ApiQuestion(string Method, string Address, Stream? Body = null, string Type = "application/json", string? Key = null);

/// <summary>What came of it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The whole answer.</param>
/// <param name="Link">The <c>Link</c> header; null without one.</param>
public sealed record ApiReply(int Status, ReadOnlyMemory<byte> Body, string? Link);
