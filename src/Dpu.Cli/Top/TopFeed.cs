using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Top;

/// <summary>
/// Follows the queue by its stream, and asks for the figures every other second. A DPU that goes away is said and waited for: whoever watches wants to see it come back.
/// </summary>
internal sealed class TopFeed(DpuHttpClient http, TimeProvider time)
{
    private const int ListedMax = 200;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly string[] Unfinished = ["RUNNING", "HELD", "QUEUED"];

    /// <summary>All of it once.</summary>
    public async Task<TopModel> ReadAsync(CancellationToken ct)
    {
        var health = await http.GetHealthAsync(ct);
        var stats = await http.GetStatsAsync(ct);
        return await ListAsync(new TopModel(health, stats, time.GetUtcNow()), ct);
    }

    /// <summary>All of it once a second, until <paramref name="ct"/> ends it. Fails only when the DPU cannot be asked at the beginning.</summary>
    public async IAsyncEnumerable<TopModel> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var model = await ReadAsync(ct);
        yield return model;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var changes = Channel.CreateUnbounded<QueueChange>();
        var following = FollowAsync(changes.Writer, ended.Token);
        try
        {
            for (var round = 1; ; round++)
            {
                await Task.Delay(Pace, time, ct);
                model = await RefreshAsync(model, changes.Reader, isForFigures: round % 2 == 0, ct);
                yield return model;
            }
        }
        finally
        {
            await ended.CancelAsync();
            await following;
        }
    }

    private async Task<TopModel> RefreshAsync(TopModel model, ChannelReader<QueueChange> changes, bool isForFigures, CancellationToken ct)
    {
        try
        {
            var (changed, isOutdated) = (new List<JobSummary>(), model.Lost is not null);
            while (changes.TryRead(out var change))
            {
                isOutdated |= change.Job is null;
                changed.AddRange(change.Job is { } job ? [job] : []);
            }

            model = isOutdated ? await ListAsync(model with { Jobs = model.Jobs.Clear() }, ct) : model.With(changed);
            var stats = isForFigures || isOutdated ? await http.GetStatsAsync(ct) : model.Stats;
            return model with { Stats = stats, At = time.GetUtcNow(), Lost = null };
        }
        catch (DpuException lost)
        {
            return model with { At = time.GetUtcNow(), Lost = lost.Message };
        }
    }

    private async Task<TopModel> ListAsync(TopModel model, CancellationToken ct)
    {
        foreach (var status in Unfinished)
        {
            model = model.With(await http.GetJobsAsync(new JobQuery { All = true, Status = status, Limit = ListedMax }, ct));
        }

        return model.With(await http.GetJobsAsync(new JobQuery { All = true, Limit = ListedMax }, ct));
    }

    private async Task FollowAsync(ChannelWriter<QueueChange> changes, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await foreach (var change in http.WatchQueueAsync(all: true, ct))
                {
                    await changes.WriteAsync(change, ct);
                }
            }
            catch (DpuException)
            {
                // Said by the next question for figures, which fails as well; when that succeeds again, the lists are read anew.
                await changes.WriteAsync(QueueChange.Outdated, CancellationToken.None);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Pace, time, ct).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}
