using System.Globalization;
using Dpu.Domain.Jobs;
using Dpu.Journal.EventJournal;
using Dpu.Kernel.Persistence;
using Dpu.Service.Hosting;
using Microsoft.Extensions.Logging;

namespace Dpu.Service.Telemetry.Otlp;

/// <summary>
/// Follows the journal as the views do and sends what it tells about times. The journal is its queue: while the collector is away it waits, after a restart it goes on behind what was taken, and
/// nothing that runs a job knows of it.
/// </summary>
/// <param name="reader">All events.</param>
/// <param name="journal">Those of one job, when it is met in its middle.</param>
/// <param name="collector">Who takes them.</param>
/// <param name="json">How they are written.</param>
/// <param name="place">A file that tells how far it has come.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where trouble is told.</param>
internal sealed class TraceExport(IJournalReader reader, IEventJournal journal, Collector collector, OtlpJson json, string place, TimeProvider time, ILogger logger)
{
    private const int EventsMax = 1000;
    private const int SpansMax = 2000;
    private const int UntracedMax = 10_000;
    private const int EventsBetweenPlaces = 10_000;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseAfterTrouble = TimeSpan.FromSeconds(10);

    /// <summary>Traced jobs that have not ended.</summary>
    private readonly Dictionary<string, JobState> _jobs = new(StringComparer.Ordinal);

    /// <summary>Others, so that they need not be looked up at each of their events.</summary>
    private readonly HashSet<string> _untraced = new(StringComparer.Ordinal);

    /// <summary>The place in the file; null until this run has written one.</summary>
    private long? _written;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var seen = ReadPlace() ?? reader.HeadOrdering;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                seen = await StepAsync(seen, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is JournalException or IOException or UnauthorizedAccessException)
            {
                HostLog.TracesWait(logger, error);
                _jobs.Clear();
                await Task.Delay(PauseAfterTrouble, time, cancellationToken).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    private async Task<long> StepAsync(long seen, CancellationToken cancellationToken)
    {
        if (_written is null)
        {
            // From here on nothing is left out, although nothing may be taken before the next start.
            WritePlace(seen);
        }

        await reader.WaitForAsync(seen + 1, cancellationToken);
        var events = await reader.ReadAllAsync(seen, EventsMax, cancellationToken);
        var spans = new List<OtlpSpan>();
        foreach (var entry in events)
        {
            await TakeAsync(entry, spans, cancellationToken);
        }

        foreach (var some in spans.Chunk(SpansMax))
        {
            await collector.SendAsync("traces", json.Spans(some), again: true, cancellationToken);
        }

        seen = events.Count == 0 ? seen : events[^1].Ordering;
        if (spans.Count > 0 || seen - _written >= EventsBetweenPlaces)
        {
            WritePlace(seen);
        }

        if (events.Count < EventsMax)
        {
            await Task.Delay(Pace, time, cancellationToken);
        }

        return seen;
    }

    private async Task TakeAsync(JournalEntry entry, List<OtlpSpan> spans, CancellationToken cancellationToken)
    {
        if (entry.Event is not JobEvent @event)
        {
            return;
        }

        var before = _untraced.Contains(entry.PersistenceId) || @event is JobEvent.Submitted { Spec.Trace: null } ? null
            : _jobs.TryGetValue(entry.PersistenceId, out var known) ? known
            : @event is JobEvent.Submitted ? JobState.Empty
            : await RecallAsync(entry, cancellationToken);
        if (before is null)
        {
            Leave(entry.PersistenceId);
            return;
        }

        var after = JobEvolution.Apply(before, @event);
        spans.AddRange(JobSpans.Of(before, @event, after));

        // A job that is opened again is read again from its beginning.
        if (after.Ended)
        {
            _jobs.Remove(entry.PersistenceId);
        }
        else
        {
            _jobs[entry.PersistenceId] = after;
        }
    }

    private void Leave(string job)
    {
        if (_untraced.Count >= UntracedMax)
        {
            _untraced.Clear();
        }

        _untraced.Add(job);
    }

    /// <summary>A job as it was before an event; null when it is not traced.</summary>
    private async Task<JobState?> RecallAsync(JournalEntry entry, CancellationToken cancellationToken)
    {
        var state = JobState.Empty;
        await foreach (var earlier in journal.ReadAsync(entry.PersistenceId, 1, cancellationToken))
        {
            if (earlier.SequenceNr >= entry.SequenceNr)
            {
                break;
            }

            if (earlier.Event is JobEvent.Submitted { Spec.Trace: null })
            {
                return null;
            }

            state = JobEvolution.Apply(state, (JobEvent)earlier.Event);
        }

        return state;
    }

    private long? ReadPlace() =>
        File.Exists(place) && long.TryParse(File.ReadAllText(place), NumberStyles.None, CultureInfo.InvariantCulture, out var ordering) && ordering <= reader.HeadOrdering ? ordering : null;

    /// <summary>Lost with the power, a few spans are told twice.</summary>
    private void WritePlace(long ordering)
    {
        File.WriteAllText(place + ".new", ordering.ToString(CultureInfo.InvariantCulture));
        File.Move(place + ".new", place, overwrite: true);
        _written = ordering;
    }
}
