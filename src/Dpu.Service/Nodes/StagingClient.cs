using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Dpu.Actors.Nodes;
using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;
using Dpu.Service.Staging;

namespace Dpu.Service.Nodes;

/// <summary>An input as the frontend has it.</summary>
internal sealed record RemoteInput(long SizeBytes, string Sha256);

/// <summary>
/// Files between a node and its frontends. Whatever passes by itself (no frontend answers, one is being restarted, a disk there is full) is waited for and tried again as long as
/// the attempt is wanted; what a frontend refuses is final, with the frontend's own sentence. Transfers go on where they broke off. Safe for use by several threads.
/// </summary>
/// <param name="http">Trusts the frontends and carries the node's identity.</param>
/// <param name="frontends">Where they answer; tried in turn.</param>
/// <param name="notGrantedMax">For how long a frontend may not know yet that an attempt is this node's, as after its restart.</param>
/// <param name="time">For waiting.</param>
/// <param name="warn">Told that something is waited for: what, and why.</param>
internal sealed class StagingClient(
    HttpClient http, IReadOnlyList<Uri> frontends, Func<TimeSpan> notGrantedMax, TimeProvider time, Action<string, string> warn) : IDisposable
{
    private const int TransfersMax = 16;
    private const int CopyBytes = 1 << 17;
    private const int DifferentMax = 3;

    /// <summary>A peer that has to read a whole file again before it answers needs time for that.</summary>
    private const double CheckedBytesPerSecond = 50e6;

    private static readonly TimeSpan PatienceMin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WarnAgain = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DelayMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _transfers = new(TransfersMax);
    private int _frontend;

    /// <summary>A client that trusts what the node trusts, and says who it is.</summary>
    public static HttpClient HttpFor(KeptIdentity identity)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = NodeAdmission.TrustOf(identity.CaSha256).SslOptions(),
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = PatienceMin / 2,
        };
        return new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", identity.Credential.Parameter) },
        };
    }

    public void Dispose()
    {
        _transfers.Dispose();
        http.Dispose();
    }

    /// <exception cref="TaskFilesException">The frontend does not have it.</exception>
    public Task<RemoteInput> FindInputAsync(AttemptId attempt, string id, CancellationToken cancellationToken) => PersistAsync(
        $"the input {id}",
        async (frontend, patience) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, InputAddress(frontend, attempt, id));
            using var answer = await http.SendAsync(request, patience.Token);
            if (!answer.IsSuccessStatusCode)
            {
                // An answer to HEAD has no sentence.
                using var asked = await http.GetAsync(request.RequestUri, HttpCompletionOption.ResponseHeadersRead, patience.Token);
                throw await RefusedException.OfAsync(asked, patience.Token);
            }

            return answer.Headers.ETag?.Tag.Trim('"') is { Length: 64 } sha256 && answer.Content.Headers.ContentLength is { } size
                ? new RemoteInput(size, sha256)
                : throw new HttpRequestException("the answer has no length or no checksum");
        },
        0,
        cancellationToken);

    /// <summary>Brings an input to a file; bytes that are there already, from an earlier try, are not asked for again.</summary>
    /// <exception cref="TaskFilesException">The frontend does not have it any more, or what it has is not what was registered.</exception>
    /// <exception cref="IOException">The disk here refuses.</exception>
    public Task DownloadAsync(AttemptId attempt, string id, RemoteInput input, string path, FileProgress progress, CancellationToken cancellationToken) =>
        DownloadAsync($"the input {id}", frontend => InputAddress(frontend, attempt, id), input, path, progress, cancellationToken);

    /// <summary>Brings the code of an attempt's job to a file, like an input.</summary>
    /// <inheritdoc cref="DownloadAsync(AttemptId, string, RemoteInput, string, FileProgress, CancellationToken)"/>
    public Task DownloadCodeAsync(AttemptId attempt, ShippedCode code, string path, FileProgress progress, CancellationToken cancellationToken) => DownloadAsync(
        $"the code {code.Sha256}", frontend => new Uri(frontend, $"/api/v1/node/attempts/{attempt}/code"), new RemoteInput(code.SizeBytes, code.Sha256), path, progress, cancellationToken);

    private async Task DownloadAsync(string what, Func<Uri, Uri> addressAt, RemoteInput input, string path, FileProgress progress, CancellationToken cancellationToken)
    {
        for (var different = 1; ; different++)
        {
            await using (var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, useAsync: true))
            {
                await PersistAsync(
                    what,
                    async (frontend, patience) => await FetchAsync(addressAt(frontend), input, file, progress, patience),
                    input.SizeBytes,
                    cancellationToken);
                file.Position = 0;
                if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)) == input.Sha256)
                {
                    file.Flush(flushToDisk: true);
                    return;
                }
            }

            File.Delete(path);
            if (different == DifferentMax)
            {
                throw new TaskFilesException(FailureCause.Data, $"{what} is not what was registered: what arrives has another SHA-256 than {input.Sha256}");
            }
        }
    }

    /// <summary>Brings an output to the store.</summary>
    /// <exception cref="TaskFilesException">The frontend refuses it.</exception>
    public Task UploadAsync(AttemptId attempt, string path, FileStream file, long sizeBytes, string sha256, FileProgress progress, CancellationToken cancellationToken)
    {
        var different = 0;
        return PersistAsync(
            $"the output '{path}'",
            async (frontend, patience) =>
            {
                var address = OutputAddress(frontend, attempt, path);
                if (await ReceivedAsync(address, sizeBytes, sha256, patience) is { } received)
                {
                    try
                    {
                        await SendAsync(address, file, Math.Max(0, Math.Min(received, sizeBytes - 1)), sizeBytes, sha256, progress, patience);
                    }
                    catch (RefusedException refused) when (refused.Code == StagingHeaders.WrongDigest && ++different < DifferentMax)
                    {
                        throw new HttpRequestException(refused.Message);
                    }
                }

                return true;
            },
            sizeBytes,
            cancellationToken);
    }

    private async Task<bool> FetchAsync(Uri address, RemoteInput input, FileStream file, FileProgress progress, Patience patience)
    {
        if (file.Length >= input.SizeBytes)
        {
            return true;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (file.Length > 0)
        {
            request.Headers.Range = new RangeHeaderValue(file.Length, null);
            request.Headers.IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue($"\"{input.Sha256}\""));
        }

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        if (!answer.IsSuccessStatusCode)
        {
            throw await RefusedException.OfAsync(answer, patience.Token);
        }

        if (answer.Headers.ETag?.Tag != $"\"{input.Sha256}\"")
        {
            throw new RefusedException(answer.StatusCode, "file-changed", "it was registered anew while it was being fetched");
        }

        if (answer.StatusCode != HttpStatusCode.PartialContent)
        {
            file.SetLength(0);
        }

        file.Position = file.Length;
        progress.At(file.Position);
        await using var body = await answer.Content.ReadAsStreamAsync(patience.Token);
        var buffer = new byte[CopyBytes];
        for (int read; (read = await ReadAsync(body, buffer, patience)) > 0;)
        {
            await file.WriteAsync(buffer.AsMemory(0, (int)Math.Min(read, input.SizeBytes - file.Position)), patience.Token);
            patience.Extend();
            progress.At(file.Position);
        }

        return file.Length == input.SizeBytes ? true : throw new HttpRequestException("the answer ended early");
    }

    /// <summary>What breaks on the way is not what breaks on the disk here.</summary>
    private static async Task<int> ReadAsync(Stream body, byte[] buffer, Patience patience)
    {
        try
        {
            return await body.ReadAsync(buffer, patience.Token);
        }
        catch (IOException broken)
        {
            throw new HttpRequestException(broken.Message, broken);
        }
    }

    /// <summary>From where it is to be sent; null when it is whole there. With all its bytes there it may not be in its place yet: its last one is sent again.</summary>
    private async Task<long?> ReceivedAsync(Uri address, long sizeBytes, string sha256, Patience patience)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, address);
        request.Headers.Add(StagingHeaders.Size, StagingHeaders.Number(sizeBytes));
        request.Headers.Add(StagingHeaders.Digest, StagingHeaders.DigestOf(sha256));
        using var answer = await http.SendAsync(request, patience.Token);

        // An answer to HEAD has no sentence: what is wrong is told when the file itself is sent.
        return answer.StatusCode == HttpStatusCode.NoContent ? null
            : answer.IsSuccessStatusCode && answer.Headers.TryGetValues(StagingHeaders.Received, out var values)
            ? StagingHeaders.NumberOf(values.First()) ?? 0
            : 0;
    }

    private async Task SendAsync(Uri address, FileStream file, long offset, long sizeBytes, string sha256, FileProgress progress, Patience patience)
    {
        file.Position = offset;
        using var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = new StreamContent(new WatchedStream(file, progress, patience), CopyBytes) };
        request.Content.Headers.ContentLength = sizeBytes - offset;
        request.Headers.Add(StagingHeaders.Digest, StagingHeaders.DigestOf(sha256));
        if (offset > 0)
        {
            request.Content.Headers.ContentRange = new ContentRangeHeaderValue(offset, sizeBytes - 1, sizeBytes);
        }

        // A frontend that does not want it says so before gigabytes are under way.
        request.Headers.ExpectContinue = true;
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        if (answer.StatusCode != HttpStatusCode.NoContent)
        {
            throw await RefusedException.OfAsync(answer, patience.Token);
        }
    }

    /// <summary>Tries until it succeeds, or nobody waits for it any more, or it is refused for good.</summary>
    private Task<T> PersistAsync<T>(string what, Func<Uri, Patience, Task<T>> work, long sizeBytes, CancellationToken cancellationToken) =>
        RetryAsync(what, work, PatienceMin + TimeSpan.FromSeconds(sizeBytes / CheckedBytesPerSecond), cancellationToken);

    private async Task<T> RetryAsync<T>(string what, Func<Uri, Patience, Task<T>> work, TimeSpan silence, CancellationToken cancellationToken)
    {
        var delay = DelayMin;
        long? notGrantedSince = null;
        long? warnedAt = null;
        while (true)
        {
            await _transfers.WaitAsync(cancellationToken);
            using var patience = new Patience(silence, time, cancellationToken);
            string reason;
            try
            {
                return await work(frontends[Volatile.Read(ref _frontend) % frontends.Count], patience);
            }
            catch (RefusedException refused)
            {
                notGrantedSince = refused.Code == StagingHeaders.NotGranted ? notGrantedSince ?? time.GetTimestamp() : null;
                if (refused.IsFinal || (notGrantedSince is { } since && time.GetElapsedTime(since) > notGrantedMax()))
                {
                    throw new TaskFilesException(FailureCause.Data, $"{what}: {refused.Message}");
                }

                reason = refused.Message;
            }
            catch (HttpRequestException error)
            {
                (notGrantedSince, reason) = (null, error.InnerException is { } inner ? $"{error.Message} ({inner.Message})" : error.Message);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                (notGrantedSince, reason) = (null, string.Create(CultureInfo.InvariantCulture, $"nothing came for {silence.TotalSeconds:0} s"));
            }
            finally
            {
                _transfers.Release();
            }

            if (warnedAt is not { } earlier || time.GetElapsedTime(earlier) > WarnAgain)
            {
                warnedAt = time.GetTimestamp();
                warn(what, reason);
            }

            Interlocked.Increment(ref _frontend);
            delay = patience.Progressed ? DelayMin : delay;
            await Task.Delay(delay * (1 + Random.Shared.NextDouble()) / 2, time, cancellationToken);
            delay = delay * 2 < DelayMax ? delay * 2 : DelayMax;
        }
    }

    private static Uri InputAddress(Uri frontend, AttemptId attempt, string id) => new(frontend, $"/api/v1/node/attempts/{attempt}/inputs/{Uri.EscapeDataString(id)}");

    private static Uri OutputAddress(Uri frontend, AttemptId attempt, string path) =>
        new(frontend, $"/api/v1/node/attempts/{attempt}/outputs/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>Ends a request when nothing has moved for a while.</summary>
    private sealed class Patience : IDisposable
    {
        private readonly CancellationTokenSource _silence;
        private readonly CancellationTokenSource _either;
        private readonly TimeSpan _max;

        public Patience(TimeSpan max, TimeProvider time, CancellationToken cancellationToken)
        {
            _max = max;
            _silence = new CancellationTokenSource(max, time);
            _either = CancellationTokenSource.CreateLinkedTokenSource(_silence.Token, cancellationToken);
        }

        public CancellationToken Token => _either.Token;

        /// <summary>Whether bytes moved at all.</summary>
        public bool Progressed { get; private set; }

        public void Extend()
        {
            Progressed = true;
            _silence.CancelAfter(_max);
        }

        public void Dispose()
        {
            _either.Dispose();
            _silence.Dispose();
        }
    }

    /// <summary>A frontend's refusal.</summary>
    private sealed class RefusedException(HttpStatusCode status, string? code, string message) : Exception(message)
    {
        public string? Code => code;

        /// <summary>Whether to ask again is no use.</summary>
        public bool IsFinal => (int)status is >= 400 and < 500
            && status is not (HttpStatusCode.Unauthorized or HttpStatusCode.RequestTimeout or HttpStatusCode.MisdirectedRequest or HttpStatusCode.TooManyRequests)
            && code is not (StagingHeaders.NotGranted or StagingHeaders.WrongOffset);

        public static async Task<RefusedException> OfAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
        {
            try
            {
                var problem = await answer.Content.ReadFromJsonAsync(ApiJson.Default.Problem, cancellationToken);
                return new RefusedException(answer.StatusCode, problem?.Code, (problem?.Detail ?? $"the frontend answered {(int)answer.StatusCode}").TrimEnd('.'));
            }
            catch (Exception error) when (error is JsonException or NotSupportedException)
            {
                return new RefusedException(answer.StatusCode, null, $"the frontend answered {(int)answer.StatusCode}");
            }
        }
    }

    /// <summary>A file that is being sent: each piece shows that the frontend still reads. It stays open, for another try.</summary>
    private sealed class WatchedStream(FileStream file, FileProgress progress, Patience patience) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            patience.Extend();
            progress.At(file.Position);
            return file.Read(buffer);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            patience.Extend();
            progress.At(file.Position);
            return file.ReadAsync(buffer, cancellationToken);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
