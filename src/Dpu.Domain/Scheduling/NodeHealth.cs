using System.Globalization;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>
/// Which nodes fail everything. A node that has failed, fast, tasks of several jobs and of several recipes since its last success is ill,
/// unless the recipes fail elsewhere as well. Whether it may be quarantined, its owner decides: the last node never is.
/// </summary>
/// <remarks>
/// <code>
///            ill              its time is over          given one task
///   well ──────────► waiting ─────────────────► due ───────────────────► probed
///     ▲                 ▲                         ▲   the task vanished     │ │
///     │                 │ twice as long           └─────────────────────────┘ │
///     │                 └───────────────── it did not end normally ───────────┤
///     └─────────────────────────────────── it ended normally ─────────────────┘
/// </code>
/// </remarks>
public sealed class NodeHealth(HealthPolicy policy)
{
    /// <summary>More failures say nothing new.</summary>
    private const int FailuresKeptMax = 256;

    private const int RecipesKeptMax = 4096;

    private readonly Dictionary<string, List<(JobId Job, string Recipe)>> _failures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Quarantine> _quarantines = new(StringComparer.Ordinal);

    /// <summary>Nodes on which a recipe failed since it last ended normally anywhere.</summary>
    private readonly Dictionary<string, HashSet<string>> _failedOn = new(StringComparer.Ordinal);

    /// <summary>By what nodes are judged from now on.</summary>
    public HealthPolicy Policy { get; set; } = policy;

    /// <summary>A task ended on a node.</summary>
    public void Ended(string node, JobId job, string recipe, FreedTask task)
    {
        if (task.Normal)
        {
            _failures.Remove(node);
            _failedOn.Remove(recipe);
        }
        else if (Counts(task))
        {
            Fail(node, job, recipe);
        }
    }

    /// <summary>Whether a node fails what others do not.</summary>
    public bool IsIll(string node) =>
        Own(node) is var own
        && own.Select(failure => failure.Job).Distinct().Count() >= Policy.JobsMin
        && own.Select(failure => failure.Recipe).Distinct(StringComparer.Ordinal).Count() >= Policy.RecipesMin;

    public bool IsQuarantined(string node) => _quarantines.ContainsKey(node);

    /// <summary>Why a node is quarantined, in a sentence; null when it is not.</summary>
    public string? Reason(string node) => _quarantines.TryGetValue(node, out var quarantine) ? quarantine.Reason : null;

    /// <summary>When it is given a task to see whether it is well; null when it is not quarantined, or has that task.</summary>
    public DateTimeOffset? ProbeAt(string node) =>
        _quarantines.TryGetValue(node, out var quarantine) && !quarantine.Probed ? quarantine.ProbeAt : null;

    public void Isolate(string node, DateTimeOffset now)
    {
        var own = Own(node);
        var recipes = own.Select(failure => failure.Recipe).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var reason = string.Create(
            CultureInfo.InvariantCulture,
            $"it failed {own.Count} tasks of {own.Select(failure => failure.Job).Distinct().Count()} jobs within {Policy.FastFailure.TotalSeconds} s each ({string.Join(", ", recipes.Take(3))}{(recipes.Count > 3 ? ", …" : "")}), and none ended normally in between");
        _quarantines[node] = new Quarantine(reason, now + Policy.ProbeAfter, Policy.ProbeAfter, Probed: false);
    }

    /// <summary>It was given its one task.</summary>
    public void ProbeGiven(string node) => Change(node, quarantine => quarantine with { Probed = true });

    /// <summary>Nobody will know how its task went: it may be given another one.</summary>
    public void ProbeVanished(string node) => Change(node, quarantine => quarantine with { Probed = false });

    /// <summary>Its task ended.</summary>
    public void ProbeEnded(string node, bool normally, DateTimeOffset now)
    {
        if (normally)
        {
            Release(node);
        }
        else
        {
            Change(node, quarantine => Later(quarantine, now));
        }
    }

    /// <summary>Somebody started it anew: that may have mended it, and is looked at soon.</summary>
    public void StartedAnew(string node, DateTimeOffset now) => Change(node, quarantine => quarantine with { ProbeAt = now, Probed = false });

    /// <summary>It is given work again, and judged by what comes.</summary>
    public void Release(string node)
    {
        _quarantines.Remove(node);
        _failures.Remove(node);
    }

    /// <summary>There is no such node any more.</summary>
    public void Forget(string node)
    {
        Release(node);
        foreach (var nodes in _failedOn.Values)
        {
            nodes.Remove(node);
        }
    }

    private Quarantine Later(Quarantine quarantine, DateTimeOffset now)
    {
        var wait = quarantine.Wait * 2 < Policy.ProbeAfterMax ? quarantine.Wait * 2 : Policy.ProbeAfterMax;
        return quarantine with { Probed = false, Wait = wait, ProbeAt = now + wait };
    }

    /// <summary>What a person or its limits ended says nothing about the node.</summary>
    private bool Counts(FreedTask task) =>
        task is { By: FreedBy.End, Cause: FailureCause.Recipe or FailureCause.Launch or FailureCause.Data or FailureCause.Node }
        && (task.Seconds ?? 0) < Policy.FastFailure.TotalSeconds;

    private void Fail(string node, JobId job, string recipe)
    {
        if (!_failures.TryGetValue(node, out var failures))
        {
            failures = [];
            _failures.Add(node, failures);
        }

        if (failures.Count == FailuresKeptMax)
        {
            failures.RemoveAt(0);
        }

        failures.Add((job, recipe));
        if (_failedOn.TryGetValue(recipe, out var nodes))
        {
            nodes.Add(node);
        }
        else if (_failedOn.Count < RecipesKeptMax)
        {
            _failedOn.Add(recipe, [node]);
        }
    }

    /// <summary>Its failures, without those of recipes that fail elsewhere as well.</summary>
    private List<(JobId Job, string Recipe)> Own(string node) => _failures.TryGetValue(node, out var failures)
        ? [.. failures.Where(failure => !_failedOn.TryGetValue(failure.Recipe, out var nodes) || nodes.All(other => other == node))]
        : [];

    private void Change(string node, Func<Quarantine, Quarantine> change)
    {
        if (_quarantines.TryGetValue(node, out var quarantine))
        {
            _quarantines[node] = change(quarantine);
        }
    }

    /// <param name="Reason">Why.</param>
    /// <param name="ProbeAt">When it is given one task.</param>
    /// <param name="Wait">How long it waited for that.</param>
    /// <param name="Probed">Whether it has that task.</param>
    private sealed record Quarantine(string Reason, DateTimeOffset ProbeAt, TimeSpan Wait, bool Probed);
}
