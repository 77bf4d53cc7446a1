using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Actors.Nodes;

/// <summary>
/// Attempts that the launcher holds and that no job has claimed: an earlier life of the service started them. What they say meanwhile is kept
/// in order; whoever claims them hears it then.
/// </summary>
/// <remarks>
/// <code>
/// unclaimed ──► claimed        (forgotten here)
///     └───────► disowned ──► ended
/// </code>
/// </remarks>
internal sealed class Strangers
{
    private readonly Dictionary<AttemptId, Stranger> _unclaimed = [];
    private readonly HashSet<AttemptId> _disowned = [];

    public int Count => _unclaimed.Count + _disowned.Count;

    /// <summary>Those that somebody must be asked for.</summary>
    public ImmutableArray<AttemptId> Unclaimed => [.. _unclaimed.Keys];

    /// <summary>Memory of the output that is kept here.</summary>
    public long HeldBytes => _unclaimed.Count == 0 ? 0 : _unclaimed.Values.Sum(static stranger => stranger.HeldBytes);

    /// <summary>Those that must end.</summary>
    public ImmutableArray<AttemptId> Disowned => [.. _disowned];

    /// <summary>Whether processes may run that the node's ledger does not count.</summary>
    public bool MayRun => _disowned.Count > 0 || _unclaimed.Values.Any(static stranger => !stranger.HasEnded);

    public bool IsUnclaimed(AttemptId attempt) => _unclaimed.ContainsKey(attempt);

    public bool IsDisowned(AttemptId attempt) => _disowned.Contains(attempt);

    public void Meet(AttemptId attempt, Guid incarnation)
    {
        if (!_disowned.Contains(attempt))
        {
            _unclaimed.TryAdd(attempt, new Stranger(incarnation));
        }
    }

    /// <summary>Keeps what an unclaimed attempt says.</summary>
    public void Keep(LauncherEvent.Numbered said, Guid incarnation)
    {
        Meet(said.Attempt, incarnation);
        _unclaimed[said.Attempt].Add(said);
    }

    /// <summary>A job claims it: it is a stranger no longer.</summary>
    public bool TryClaim(AttemptId attempt, [NotNullWhen(true)] out Stranger? stranger) => _unclaimed.Remove(attempt, out stranger);

    /// <summary>Nobody wants it, and it may still run.</summary>
    public void Disown(AttemptId attempt) => _disowned.Add(attempt);

    /// <summary>A disowned one has ended; false for any other.</summary>
    public bool Forget(AttemptId attempt) => _disowned.Remove(attempt);

    /// <summary>
    /// Its end was resent: we heard of it before and dealt with it, and only the acknowledgement got lost. An end that is kept here waits for its claim still.
    /// </summary>
    public void EndedBefore(AttemptId attempt)
    {
        _disowned.Remove(attempt);
        if (_unclaimed.TryGetValue(attempt, out var stranger) && !stranger.HasEnded)
        {
            _unclaimed.Remove(attempt);
        }
    }

    /// <summary>What the launcher no longer lists it was told to forget: its end was dealt with before the connection broke.</summary>
    public void KeepListed(IReadOnlySet<AttemptId> listed)
    {
        _disowned.IntersectWith(listed);
        foreach (var attempt in _unclaimed.Where(pair => !pair.Value.HasEnded && !listed.Contains(pair.Key)).Select(static pair => pair.Key).ToList())
        {
            _unclaimed.Remove(attempt);
        }
    }

    /// <summary>The launcher died, and with it all of them that had not ended; those are returned.</summary>
    public ImmutableArray<Stranger> LoseRunning()
    {
        _disowned.Clear();
        var lost = _unclaimed.Where(static pair => !pair.Value.HasEnded).ToList();
        foreach (var (attempt, _) in lost)
        {
            _unclaimed.Remove(attempt);
        }

        return [.. lost.Select(static pair => pair.Value)];
    }

    /// <param name="Incarnation">The launcher that numbered its events.</param>
    internal sealed record Stranger(Guid Incarnation)
    {
        private readonly List<LauncherEvent.Numbered> _events = [];

        public IReadOnlyList<LauncherEvent.Numbered> Events => _events;

        public long HeldBytes { get; private set; }

        /// <summary>Its end is the last that it says.</summary>
        public bool HasEnded => _events is [.., LauncherEvent.Exited or LauncherEvent.LaunchFailed];

        public void Add(LauncherEvent.Numbered said)
        {
            _events.Add(said);
            HeldBytes += said is LauncherEvent.Output output ? LogSpooler.SizeOf(output) : 0;
        }
    }
}
