using Dpu.Cluster.Frontend;
using Dpu.Domain.Jobs;

namespace Dpu.Simulated;

/// <summary>
/// What really runs, against what the journal says. 2: an end is that of the process of just this attempt. 3: no process starts, and no attempt is given out, while
/// another one of its task runs anywhere, but for those that <see cref="SimulatedHost.IsExcused"/>. 5: what runs on a machine never holds more than it has.
/// </summary>
internal sealed class ProcessWitness(SimulatedWorld world, Witness witness) : IAttemptHistory
{
    private readonly HashSet<AttemptId> _started = [];
    private readonly Dictionary<AttemptId, string> _given = [];

    /// <summary>A keeper is about to start a process; returns what that holds.</summary>
    public Resources Start(SimulatedHost host, AttemptId attempt)
    {
        world.Tell($"{attempt} is started on {host.Machine}");
        ViolationException.Unless(
            witness.Jobs.TryGetValue(attempt.Job, out var job) && job.IsCurrent(attempt.Task, attempt.Number),
            $"{attempt} was started on {host.Machine}, and the journal does not say that it runs");
        ViolationException.Unless(_started.Add(attempt), $"{attempt} was started twice");
        CheckAlone(attempt, $"{attempt} was started on {host.Machine}");
        var needs = job!.Tasks[attempt.Task].Resources;
        ViolationException.Unless(
            host.Held.Cpus + needs.Cpus <= host.Options.Capacity.Cpus && host.Held.MemoryBytes + needs.MemoryBytes <= host.Options.Capacity.MemoryBytes,
            $"{host.Machine} was given more than it has when {attempt} was started");
        return needs;
    }

    /// <summary>A job has given an attempt to a node.</summary>
    public void GivenOut(AttemptId attempt, string node)
    {
        _given.Add(attempt, node);
        CheckAlone(attempt, $"attempt {attempt} was given out");
    }

    /// <summary>A job has an outcome of an attempt.</summary>
    public void Ended(AttemptId attempt, AttemptEnd end)
    {
        var recipe = world.Recipes.Find(attempt);
        var isLost = end.Exit is null && recipe is { IsGone: false } && recipe.Host.IsExcused(recipe);
        ViolationException.Unless(recipe is null or { IsGone: true } || isLost, $"{attempt} was told to have ended and runs");
        ViolationException.Unless(end.Exit is null || recipe?.Exit == end.Exit, $"{attempt} ended with {recipe?.Exit}, the journal has {end.Exit}");
    }

    /// <summary>A job has given up an attempt.</summary>
    public void GivenUp(AttemptId attempt)
    {
        var recipe = world.Recipes.Find(attempt);
        ViolationException.Unless(recipe is null or { IsGone: true } || recipe.Host.IsExcused(recipe), $"{attempt} was given up for lost and runs");
    }

    public void CheckAtRest() => ViolationException.Unless(world.Recipes.AliveCount == 0, "a process outlived every job");

    /// <inheritdoc/>
    public Task<bool> WasGivenToAsync(string node, AttemptId attempt, CancellationToken cancellationToken) =>
        Task.FromResult(_given.TryGetValue(attempt, out var given) && given == node);

    private void CheckAlone(AttemptId attempt, string what)
    {
        foreach (var other in world.Recipes.AliveOf(attempt.Job, attempt.Task))
        {
            ViolationException.Unless(other.Host.IsExcused(other), $"{what} while {other.Attempt} runs on {other.Host.Machine}");
        }
    }
}
