using System.Net;
using System.Text;
using Dpu.Client;

namespace Dpu.Service.Tests.Client;

/// <summary>A DPU in memory: each request gets the next scripted answer, or that of the rule that fits it, and is remembered.</summary>
internal sealed class FakeDpu : HttpMessageHandler
{
    private readonly Queue<Func<HttpResponseMessage>> _script = new();
    private readonly List<(HttpMethod Method, string Path, Func<HttpResponseMessage> Answer)> _rules = [];
    private readonly List<Request> _requests = [];

    public static Uri Address { get; } = new("http://127.0.0.1:8470");

    public IReadOnlyList<Request> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Called with each request before it is answered.</summary>
    public Action<Request>? Asked { get; set; }

    public FakeDpu Then(Func<HttpResponseMessage> answer)
    {
        _script.Enqueue(answer);
        return this;
    }

    public FakeDpu Then(string json, HttpStatusCode status = HttpStatusCode.OK) => Then(() => Json(json, status));

    public FakeDpu When(HttpMethod method, string pathAndQuery, Func<HttpResponseMessage> answer)
    {
        _rules.Add((method, "/api/v1" + pathAndQuery, answer));
        return this;
    }

    public FakeDpu When(HttpMethod method, string pathAndQuery, string json, HttpStatusCode status = HttpStatusCode.OK) =>
        When(method, pathAndQuery, () => Json(json, status));

    public DpuHttpClient Client(Func<DpuClientOptions, DpuClientOptions>? change = null) => new(change is null ? Options() : change(Options()));

    public DpuClientOptions Options() => new()
    {
        Address = Address,
        Transport = () => new Shared(this),
        Token = _ => "secret",
        Distrust = _ => null,
        Time = new ImpatientTime(),
        Seed = 1,
    };

    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Problem(HttpStatusCode status, string json) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, Dpu.Client.Contracts.Problem.ContentType) };

    /// <summary>Server-sent events; after them the connection ends in order, or breaks.</summary>
    public static HttpResponseMessage Events(string text, bool breaks = false) => Body(text, "text/event-stream", breaks);

    /// <summary>A body that may break off.</summary>
    public static HttpResponseMessage Body(string text, string type, bool breaks)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var content = new StreamContent(breaks ? new BreakingStream(bytes) : new MemoryStream(bytes));
        content.Headers.ContentType = new(type);
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
    }

    public static HttpResponseMessage Refuse() =>
        throw new HttpRequestException(HttpRequestError.ConnectionError, "refused", new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionRefused));

    public static HttpResponseMessage LoseAnswer() =>
        throw new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended prematurely.");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var seen = new Request(
            request.Method,
            request.RequestUri!.PathAndQuery,
            request.Headers.Authorization?.ToString(),
            request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null,
            request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken));
        Func<HttpResponseMessage> answer;
        lock (_requests)
        {
            _requests.Add(seen);
            var rule = _rules.FindIndex(r => r.Method == seen.Method && r.Path == seen.Path);
            answer = rule >= 0
                ? _rules[rule].Answer
                : _script.TryDequeue(out var next) ? next : () => throw new InvalidOperationException($"The test has no answer for {seen.Method} {seen.Path}.");
        }

        Asked?.Invoke(seen);
        return answer();
    }

    internal sealed record Request(HttpMethod Method, string Path, string? Authorization, string? Key, string? Body);

    /// <summary>The client disposes of its transport; the fake lives on.</summary>
    private sealed class Shared(FakeDpu dpu) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _inner = new(dpu, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _inner.SendAsync(request, cancellationToken);
    }

    private sealed class BreakingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var length = await base.ReadAsync(buffer, cancellationToken);
            return length > 0 ? length : throw new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
        }
    }
}
