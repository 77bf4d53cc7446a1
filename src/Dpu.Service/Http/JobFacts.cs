using Dpu.Domain.Jobs;
using Dpu.Journal.Views;

namespace Dpu.Service.Http;

/// <summary>
/// What has to be gathered from all tasks of a job. Of a large one that takes a while, and many look at it at once: then it is gathered once for all of them, and is a moment old.
/// Of small ones it is always as of now. What a job that has ended came to does not change. Safe for use by several threads; whoever asks has seen to it that the caller may know.
/// </summary>
internal sealed class JobFacts(TimeProvider time)
{
    private const int KeptMax = 256;

    /// <summary>Gathering may take this share of the time: what took 50 ms is good for a second.</summary>
    private const int Share = 20;

    /// <summary>What took less is gathered anew each time.</summary>
    private static readonly TimeSpan Dear = TimeSpan.FromMilliseconds(20);

    /// <summary>An explanation also names what others of its kind held, and that changes.</summary>
    private static readonly TimeSpan OfEnded = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Kind, JobId Job), Kept> _kept = [];

    /// <param name="kind">What it is about.</param>
    /// <param name="line">The job as it is now.</param>
    /// <param name="gatherAsync">Gathers it; not cancelled by whoever asked first, for others may wait.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<T> GetAsync<T>(string kind, JobRow line, Func<Task<T>> gatherAsync, CancellationToken cancellationToken)
    {
        var key = (kind, line.Job);
        lock (_gate)
        {
            if (_kept.TryGetValue(key, out var kept) && IsGood(kept, line))
            {
                return ((Task<T>)kept.Value).WaitAsync(cancellationToken);
            }

            if (_kept.Count >= KeptMax)
            {
                _kept.Remove(_kept.MinBy(pair => pair.Value.Begun).Key);
            }

            var fresh = new Kept(line.EndedAt, time.GetTimestamp()) { Cost = kept?.Cost ?? TimeSpan.Zero };
            var value = GatherAsync(key, fresh, gatherAsync);
            fresh.Value = value;
            _kept[key] = fresh;
            return value.WaitAsync(cancellationToken);
        }
    }

    private bool IsGood(Kept kept, JobRow line)
    {
        var age = time.GetElapsedTime(kept.Begun);
        return line.EndedAt is not null && kept.EndedAt == line.EndedAt ? age < OfEnded : kept.Cost >= Dear && age < Share * kept.Cost;
    }

    private async Task<T> GatherAsync<T>((string, JobId) key, Kept kept, Func<Task<T>> gatherAsync)
    {
        // Never while the gate is held: what is gathered at once would be put in place before it is known.
        await Task.Yield();
        try
        {
            var value = await gatherAsync();
            kept.Cost = time.GetElapsedTime(kept.Begun);
            return value;
        }
        catch
        {
            lock (_gate)
            {
                if (_kept.GetValueOrDefault(key) == kept)
                {
                    _kept.Remove(key);
                }
            }

            throw;
        }
    }

    private sealed class Kept(DateTimeOffset? endedAt, long begun)
    {
        public DateTimeOffset? EndedAt { get; } = endedAt;

        public long Begun { get; } = begun;

        /// <summary>How long it took; as long as that is not known, how long it took the last time.</summary>
        public TimeSpan Cost { get; set; }

        public Task Value { get; set; } = Task.CompletedTask;
    }
}
