using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dpu.Client.Http;

/// <summary>Sends requests and tells the ways in which that fails apart.</summary>
internal sealed class Requests(DpuClientOptions options) : IDisposable
{
    private const string Api = "/api/v1";
    private const string NextPage = ">; rel=\"next\"";

    private readonly Connection _connection = new(options);

    public Uri Address => options.Address;

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, null, ct);
        return await GuardAsync(() => Answer.ReadAsync(answer, type, options, ct), ct);
    }

    /// <summary>A list as a whole, page by page.</summary>
    public async Task<IReadOnlyList<T>> GetPagesAsync<T>(string path, JsonTypeInfo<IReadOnlyList<T>> type, CancellationToken ct)
    {
        var all = new List<T>();
        for (var next = path; next is not null;)
        {
            using var answer = await SendAsync(HttpMethod.Get, next, null, null, ct);
            all.AddRange(await GuardAsync(() => Answer.ReadAsync(answer, type, options, ct), ct));
            next = NextOf(answer);
        }

        return all;
    }

    /// <summary>Where the next page is: <c>Link: &lt;/api/v1/files?after=x&gt;; rel="next"</c> (RFC 8288, in the one form that the DPU writes).</summary>
    private static string? NextOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Link", out var links)
        && links.FirstOrDefault(link => link.EndsWith(NextPage, StringComparison.Ordinal)) is { } next
        && next.IndexOf(Api, StringComparison.Ordinal) is >= 0 and var begin
            ? next[(begin + Api.Length)..^NextPage.Length]
            : null;

    public async Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, string? idempotencyKey, CancellationToken ct, TimeSpan? answerTimeout = null)
        where TAnswer : class
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, bodyType);
        using var answer = await SendAsync(HttpMethod.Post, path, bytes, idempotencyKey, ct, answerTimeout);
        return await GuardAsync(() => Answer.ReadAsync(answer, answerType, options, ct), ct);
    }

    /// <summary>Sends a file as it is.</summary>
    public async Task<T> PutAsync<T>(string path, Stream body, string mediaType, JsonTypeInfo<T> type, TimeSpan answerTimeout, CancellationToken ct)
        where T : class
    {
        // The content would close the stream with the request, and it is somebody else's.
        using var content = new StreamContent(new LentStream(body)) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } };
        using var answer = await GuardAsync(() => SendUnguardedAsync(HttpMethod.Put, path, content, null, answerTimeout, ct), ct);
        return await GuardAsync(() => Answer.ReadAsync(answer, type, options, ct), ct);
    }

    public async Task<T> DeleteAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        using var answer = await SendAsync(HttpMethod.Delete, path, null, null, ct);
        return await GuardAsync(() => Answer.ReadAsync(answer, type, options, ct), ct);
    }

    /// <summary>Sends, and returns a successful answer as soon as its headers are there.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? body, string? idempotencyKey, CancellationToken ct, TimeSpan? answerTimeout = null) =>
        GuardAsync(() => SendUnguardedAsync(method, path, body is null ? null : JsonOf(body), idempotencyKey, answerTimeout ?? options.AnswerTimeout, ct), ct);

    /// <summary>Runs a part of a call; what the transport throws becomes a <see cref="DpuUnreachableException"/>.</summary>
    public async Task<T> GuardAsync<T>(Func<Task<T>> part, CancellationToken ct)
    {
        try
        {
            return await part();
        }
        catch (HttpRequestException e) when (e.InnerException is DpuNotAllowedException)
        {
            // From the making of a connection, where the transport wraps it.
            throw new DpuNotAllowedException(e.InnerException.Message);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }
        catch (IOException e)
        {
            throw new DpuUnreachableException(Address, $"The connection to {Place} broke: {e.Message}", requestMayHaveArrived: true, e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new DpuUnreachableException(
                Address, $"{Capital(Place)} did not answer in time.", requestMayHaveArrived: true, e);
        }
    }

    public void Dispose() => _connection.Dispose();

    private string Place => $"the DPU at {Address.GetLeftPart(UriPartial.Authority)}";

    private async Task<HttpResponseMessage> SendUnguardedAsync(
        HttpMethod method, string path, HttpContent? body, string? idempotencyKey, TimeSpan answerTimeout, CancellationToken ct)
    {
        var transport = _connection.Current();
        using var request = CreateRequest(method, path, body, idempotencyKey, transport.Token);
        using var late = new CancellationTokenSource(answerTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, ct);
        var answer = await transport.Invoker.SendAsync(request, either.Token);
        try
        {
            await Answer.EnsureSuccessAsync(answer, Address, transport.Token is not null, either.Token);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private static ByteArrayContent JsonOf(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" } } };

    private HttpRequestMessage CreateRequest(HttpMethod method, string path, HttpContent? body, string? idempotencyKey, string? token)
    {
        var request = new HttpRequestMessage(method, new Uri(Address, Api + path));
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        request.Content = body;
        return request;
    }

    private DpuUnreachableException Unreachable(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.ConnectionError when e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            new(Address, $"No DPU is listening at {Address.GetLeftPart(UriPartial.Authority)}. Start one with 'dpu serve' or 'dpu demo', or name another with --dpu.", inner: e),
        HttpRequestError.NameResolutionError =>
            new(Address, $"The host {Address.IdnHost} of the DPU is not known to this machine.", inner: e),
        HttpRequestError.SecureConnectionError =>
            new(Address, $"{Capital(Place)} is not believed: {(e.InnerException?.Message ?? e.Message).TrimEnd('.')}. If it has an authority of its own, its key, as 'dpu serve' shows it, belongs into ~/.dpu/ca/{Address.IdnHost}_{Address.Port}, or to 'ca' in your list of DPUs.", inner: e),
        HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError =>
            new(Address, $"{Capital(Place)} cannot be reached: {e.InnerException?.Message ?? e.Message}", inner: e),
        _ => new(Address, $"The connection to {Place} broke: {e.Message}", requestMayHaveArrived: true, e),
    };

    private static string Capital(string sentence) => char.ToUpperInvariant(sentence[0]) + sentence[1..];
}
