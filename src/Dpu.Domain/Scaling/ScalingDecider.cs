using System.Collections.Immutable;

namespace Dpu.Domain.Scaling;

/// <summary>What is to be done now.</summary>
/// <param name="Wanted">How many pilots there are to be.</param>
/// <param name="Lasting">So many are to be submitted that stay when they have nothing to do.</param>
/// <param name="Passing">So many are to be submitted that leave when they have nothing to do.</param>
/// <param name="Withdraw">Those to be taken back from the batch system: nothing runs there.</param>
/// <param name="Drain">Those to be given nothing more.</param>
/// <param name="WaitsUntil">Nothing is submitted before that time, because of failures; null when that is no reason.</param>
public sealed record ScalingStep(
    int Wanted, int Lasting, int Passing, ImmutableArray<string> Withdraw, ImmutableArray<string> Drain, DateTimeOffset? WaitsUntil)
{
    public int Submit => Lasting + Passing;
}

/// <summary>How many pilots to submit, and which to send away: a function of what is wanted, what there is, what waits, and the time.</summary>
/// <remarks>
/// A pilot that runs something is never sent away under an automatic target; under a smaller fixed one it is drained, which waits for what runs. Those that have
/// done nothing yet go first: queued, starting, idle, and of each kind the youngest.
/// </remarks>
public static class ScalingDecider
{
    /// <param name="policy">The bounds.</param>
    /// <param name="target">What is asked for.</param>
    /// <param name="pilots">All that were ordered and have not ended.</param>
    /// <param name="missing">How many more nodes what waits could use, as pilots: see <see cref="QueueNeed"/>.</param>
    /// <param name="health">How submissions went.</param>
    /// <param name="now">The time.</param>
    public static ScalingStep Decide(
        ScalingPolicy policy, ScalingTarget target, IReadOnlyList<PilotView> pilots, int missing, SubmissionHealth health, DateTimeOffset now)
    {
        var expired = pilots.Where(pilot => pilot.Phase == PilotPhase.Queued && now - pilot.Since >= policy.QueueExpiry).ToList();
        var leaving = pilots.Where(pilot => pilot.Phase is PilotPhase.Draining or PilotPhase.Drained).ToList();
        var staying = pilots.Except(expired).Except(leaving).ToList();
        var wanted = Wanted(policy, target, staying, missing);
        var surplus = Surplus(policy, target, staying, staying.Count - wanted, now);
        var (lasting, passing, waitsUntil) = Submit(policy, target, pilots, staying.Count, wanted, health, now);
        return new ScalingStep(
            wanted,
            lasting,
            passing,
            [.. expired.Concat(surplus.Where(HasDoneNothing)).Concat(leaving.Where(pilot => pilot.Phase == PilotPhase.Drained)).Select(pilot => pilot.Name)],
            [.. surplus.Where(pilot => !HasDoneNothing(pilot)).Select(pilot => pilot.Name)],
            waitsUntil);
    }

    private static int Wanted(ScalingPolicy policy, ScalingTarget target, List<PilotView> staying, int missing) => target switch
    {
        ScalingTarget.Fixed { Nodes: var nodes } => Math.Clamp(nodes, 0, policy.Max),
        // What waits is what those that are up could not take: it is for others.
        ScalingTarget.Automatic => (int)Math.Clamp(staying.Count(pilot => pilot.Phase == PilotPhase.Busy) + (long)Math.Max(missing, 0), policy.Min, policy.Max),
        _ => throw new InvalidOperationException($"There is no target {target.GetType().Name}."),
    };

    private static List<PilotView> Surplus(ScalingPolicy policy, ScalingTarget target, List<PilotView> staying, int count, DateTimeOffset now) =>
    [
        .. staying
            .Where(pilot => MayGo(policy, target, pilot, now))
            .OrderBy(pilot => pilot.Phase)
            .ThenByDescending(pilot => pilot.Since)
            .ThenBy(pilot => pilot.Name, StringComparer.Ordinal)
            .Take(Math.Max(count, 0)),
    ];

    private static bool MayGo(ScalingPolicy policy, ScalingTarget target, PilotView pilot, DateTimeOffset now) => pilot.Phase switch
    {
        // It has no number yet by which it could be withdrawn: a moment later it has.
        PilotPhase.Ordered => false,
        PilotPhase.Queued => true,
        // It was waited for: what comes up now takes the next that waits, or leaves when it was idle for long enough.
        PilotPhase.Starting => target is ScalingTarget.Fixed,
        PilotPhase.Idle => target is ScalingTarget.Fixed || now - pilot.Since >= policy.IdleExit,
        _ => target is ScalingTarget.Fixed,
    };

    private static bool HasDoneNothing(PilotView pilot) => pilot.Phase < PilotPhase.Idle;

    private static (int Lasting, int Passing, DateTimeOffset? WaitsUntil) Submit(
        ScalingPolicy policy, ScalingTarget target, IReadOnlyList<PilotView> pilots, int staying, int wanted, SubmissionHealth health, DateTimeOffset now)
    {
        var onTheirWay = pilots.Count(HasDoneNothing);
        var room = Math.Min(policy.Max - pilots.Count, policy.AtOnceMax - onTheirWay);
        var count = Math.Max(0, Math.Min(wanted - staying, room));
        if (count == 0)
        {
            return (0, 0, null);
        }

        var again = health.LastFailureAt + policy.PauseAfter(health.Failures);
        if (health.Failures > 0 && now < again)
        {
            return (0, 0, again);
        }

        // After a failure one shows whether the next would succeed.
        count = health.Failures > 0 ? 1 : count;
        var lasting = target is ScalingTarget.Fixed ? count : Math.Clamp(policy.Min - staying, 0, count);
        return (lasting, count - lasting, null);
    }
}
