using System.Text.Json.Serialization.Metadata;

namespace Dpu.Client.Http;

/// <summary>
/// Submits once, however often it takes. A DPU that was never reached is reported at once; when the answer to a request that
/// may have arrived is lost, the request is repeated under the same key, also through a restart of the DPU.
/// </summary>
internal sealed class Submissions(Requests requests, DpuClientOptions options)
{
    public async Task<TAnswer> SendAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> type, JsonTypeInfo<TAnswer> answerType, string idempotencyKey, CancellationToken ct)
        where TAnswer : class
    {
        ArgumentException.ThrowIfNullOrEmpty(idempotencyKey);
        Backoff? backoff = null;
        while (true)
        {
            try
            {
                return await requests.PostAsync(path, body, type, answerType, idempotencyKey, ct);
            }
            catch (DpuException e) when (backoff is null ? MayHaveArrived(e) : MayPass(e))
            {
                if (backoff is null)
                {
                    options.ConnectionLost?.Invoke(e);
                    backoff = new Backoff(options.Time, new Random(options.Seed), options.SubmitPatience);
                }

                if (!await backoff.WaitAsync(ct))
                {
                    throw new DpuUnreachableException(
                        options.Address,
                        $"{e.Message} Whether it was accepted is not known: 'dpu jobs' will tell.",
                        requestMayHaveArrived: true,
                        e);
                }
            }
        }
    }

    private static bool MayHaveArrived(DpuException e) => e is DpuUnreachableException { RequestMayHaveArrived: true };

    /// <summary>A DPU that restarts is away for a while, has no fresh token yet, or says that it is not ready.</summary>
    private static bool MayPass(DpuException e) => e is not DpuRefusedException { IsTemporary: false };
}
