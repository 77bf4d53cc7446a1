using System.Collections.Immutable;

namespace Dpu.Domain.Scaling;

/// <summary>A pilot that was ordered and has not ended.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Via">The batch system.</param>
/// <param name="OrderedAt">When it was ordered.</param>
/// <param name="BatchId">What the batch system calls it; null until that is known.</param>
/// <param name="Joined">Whether its node was ever seen.</param>
/// <param name="Drained">Whether it is to leave.</param>
public sealed record KnownPilot(string Name, string Via, DateTimeOffset OrderedAt, string? BatchId, bool Joined, bool Drained);

/// <summary>The fold of <see cref="ScalingEvent"/>s.</summary>
/// <param name="Target">What is asked for.</param>
/// <param name="Via">Where new pilots are submitted; null until somebody said, or the configuration does.</param>
/// <param name="Pilots">Those that have not ended, by name.</param>
/// <param name="LastFailure">The last thing that went wrong, in a sentence; null when nothing ever did.</param>
/// <param name="Health">How submissions went lately.</param>
public sealed record ScalingState(
    ScalingTarget? Target, string? Via, ImmutableSortedDictionary<string, KnownPilot> Pilots, string? LastFailure, SubmissionHealth Health)
{
    public static ScalingState Empty { get; } = new(null, null, ImmutableSortedDictionary.Create<string, KnownPilot>(StringComparer.Ordinal), null, default);

    /// <summary>The state after one more event.</summary>
    public static ScalingState Apply(ScalingState state, ScalingEvent @event) => @event switch
    {
        // Whoever asks anew has perhaps mended what was wrong: it is tried at once.
        ScalingEvent.TargetSet e => state with { Target = ScalingTarget.Of(e.Nodes), Via = e.Via, Health = default },
        ScalingEvent.PilotOrdered e => state with { Pilots = state.Pilots.Add(e.Name, new KnownPilot(e.Name, e.Via, e.At, null, Joined: false, Drained: false)) },
        ScalingEvent.PilotSubmitted e => state.With(e.Name, pilot => pilot with { BatchId = e.BatchId }),
        ScalingEvent.PilotJoined e => state.With(e.Name, pilot => pilot with { Joined = true }) with { Health = default },
        ScalingEvent.PilotDrained e => state.With(e.Name, pilot => pilot with { Drained = true }),
        ScalingEvent.PilotEnded { Failure: { } failure } e => state with
        {
            Pilots = state.Pilots.Remove(e.Name),
            LastFailure = failure,
            Health = state.Health.Failed(e.At),
        },
        ScalingEvent.PilotEnded e => state with { Pilots = state.Pilots.Remove(e.Name) },
        _ => throw new InvalidOperationException($"Scaling knows no event {@event.GetType().Name}."),
    };

    private ScalingState With(string name, Func<KnownPilot, KnownPilot> change) => this with { Pilots = Pilots.SetItem(name, change(Pilots[name])) };
}
