using System.Collections.Immutable;

namespace Dpu.Domain.Scaling;

/// <summary>The node of a pilot as the DPU sees it.</summary>
/// <param name="Up">Whether it is there.</param>
/// <param name="Draining">Whether it is given nothing more.</param>
/// <param name="Tasks">How many tasks it has.</param>
/// <param name="IdleSince">Since when it has had none; null while it has some.</param>
public readonly record struct PilotNode(bool Up, bool Draining, int Tasks, DateTimeOffset? IdleSince);

/// <summary>Compares what is written down of pilots with what batch systems and the DPU see of them.</summary>
public static class PilotRoll
{
    /// <summary>A submission that was not answered is not there if the batch system does not show it after so long.</summary>
    public static readonly TimeSpan UnansweredMax = TimeSpan.FromMinutes(2);

    /// <summary>What was found out by looking: who was submitted, who joined, who is no more.</summary>
    /// <param name="state">What is written down.</param>
    /// <param name="jobs">What a batch system showed, whose name is <paramref name="via"/>.</param>
    /// <param name="via">Only its pilots are judged.</param>
    /// <param name="lookedAt">When it was asked: a pilot that was submitted since cannot be missed.</param>
    /// <param name="nodes">Nodes by name.</param>
    /// <param name="inFlight">Pilots whose submission this process is waiting for, or was when it looked.</param>
    public static IEnumerable<ScalingEvent> Compare(
        ScalingState state,
        IReadOnlyList<BatchJob> jobs,
        string via,
        DateTimeOffset lookedAt,
        IReadOnlyDictionary<string, PilotNode> nodes,
        IReadOnlySet<string> inFlight)
    {
        // A name that was used twice: a requeued or forgotten submission. The living one counts.
        var byName = jobs.GroupBy(job => job.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.OrderBy(job => job.State).First(), StringComparer.Ordinal);
        foreach (var pilot in state.Pilots.Values.Where(pilot => pilot.Via == via && !inFlight.Contains(pilot.Name)))
        {
            var job = byName.GetValueOrDefault(pilot.Name);
            var joins = !pilot.Joined && nodes.TryGetValue(pilot.Name, out var node) && node.Up;
            if (joins)
            {
                yield return new ScalingEvent.PilotJoined(pilot.Name);
            }

            if (job is { State: not (BatchState.Ended or BatchState.Stuck) })
            {
                if (pilot.BatchId != job.Id)
                {
                    yield return new ScalingEvent.PilotSubmitted(pilot.Name, job.Id);
                }
            }
            else if (job is not null || pilot.BatchId is not null || lookedAt - pilot.OrderedAt >= UnansweredMax)
            {
                yield return new ScalingEvent.PilotEnded(pilot.Name, FailureOf(pilot, job, pilot.Joined || joins), lookedAt);
            }
        }
    }

    /// <summary>What each pilot is at.</summary>
    /// <param name="state">What is written down.</param>
    /// <param name="jobs">What the batch systems showed last, by pilot.</param>
    /// <param name="nodes">Nodes by name.</param>
    public static ImmutableArray<PilotView> Views(
        ScalingState state, IReadOnlyDictionary<string, BatchJob> jobs, IReadOnlyDictionary<string, PilotNode> nodes) =>
        [.. state.Pilots.Values.Select(pilot => ViewOf(pilot, jobs.GetValueOrDefault(pilot.Name), nodes.TryGetValue(pilot.Name, out var node) ? node : null))];

    private static PilotView ViewOf(KnownPilot pilot, BatchJob? job, PilotNode? node)
    {
        if (node is { Up: true } up)
        {
            return pilot.Drained
                ? new PilotView(pilot.Name, up is { Draining: true, Tasks: 0 } ? PilotPhase.Drained : PilotPhase.Draining, pilot.OrderedAt)
                : up.IdleSince is { } idle
                    ? new PilotView(pilot.Name, PilotPhase.Idle, idle)
                    : new PilotView(pilot.Name, PilotPhase.Busy, pilot.OrderedAt);
        }

        // A node that joined and is away may be at work: only its batch job's end says that it is not.
        var phase = pilot switch
        {
            { Drained: true } => node is { Tasks: > 0 } ? PilotPhase.Draining : PilotPhase.Drained,
            { Joined: true } => PilotPhase.Busy,
            { BatchId: null } => PilotPhase.Ordered,
            _ => job is null or { State: BatchState.Queued } ? PilotPhase.Queued : PilotPhase.Starting,
        };
        return new PilotView(pilot.Name, phase, pilot.OrderedAt);
    }

    private static string? FailureOf(KnownPilot pilot, BatchJob? job, bool joined)
    {
        if (joined || pilot.Drained)
        {
            return null;
        }

        if (job is null && pilot.BatchId is null)
        {
            return $"{pilot.Name}: {pilot.Via} does not know it; its submission was not answered";
        }

        var word = job?.Reason is { } reason ? $" ({reason})" : "";
        return $"{pilot.Name}: its job {job?.Id ?? pilot.BatchId} {(job?.State == BatchState.Stuck ? "is stuck" : "ended")} in {pilot.Via}{word} before its node had joined";
    }
}
