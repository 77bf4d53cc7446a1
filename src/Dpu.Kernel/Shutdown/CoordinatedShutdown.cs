namespace Dpu.Kernel;

/// <summary>
/// Takes a system down in phases. The tasks of a phase run side by side; a phase has a bounded time; a task that fails or
/// hangs is logged by name, and the next phase runs all the same. In the last phase the actors stop.
/// </summary>
public sealed class CoordinatedShutdown
{
    private readonly ActorSystem _system;
    private readonly IReadOnlyList<ShutdownPhase> _phases;
    private readonly TaskScheduler _scheduler;
    private readonly Lock _gate = new();
    private readonly List<ShutdownTask> _tasks = [];
    private Task? _run;

    internal CoordinatedShutdown(ActorSystem system, IReadOnlyList<ShutdownPhase> phases, TaskScheduler scheduler)
    {
        _system = system;
        _phases = phases;
        _scheduler = scheduler;
    }

    /// <summary>Adds a task to a phase that has not run yet.</summary>
    /// <param name="phase">One of the system's phases.</param>
    /// <param name="name">What the log calls the task.</param>
    /// <param name="task">Its token is cancelled when the phase's time is over.</param>
    /// <exception cref="ArgumentException">There is no such phase.</exception>
    public void AddTask(string phase, string name, Func<CancellationToken, Task> task)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(task);
        if (_phases.All(p => p.Name != phase))
        {
            throw new ArgumentException($"There is no shutdown phase '{phase}'; there are {string.Join(", ", _phases.Select(p => p.Name))}.", nameof(phase));
        }

        lock (_gate)
        {
            _tasks.Add(new ShutdownTask(phase, name, task));
        }
    }

    /// <summary>Runs all phases, once; whoever calls again waits for the same run. Never fails because a task did.</summary>
    /// <param name="reason">Why, for the log.</param>
    /// <param name="ct">Hurries: tasks are told to give up, and each phase ends at once.</param>
    public Task RunAsync(string reason, CancellationToken ct)
    {
        lock (_gate)
        {
            return _run ??= Task.Factory
                .StartNew(() => RunPhasesAsync(reason, ct), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler)
                .Unwrap();
        }
    }

    private async Task RunPhasesAsync(string reason, CancellationToken ct)
    {
        Log.ShuttingDown(_system.Logger, reason);
        foreach (var phase in _phases)
        {
            await RunPhaseAsync(phase, TasksOf(phase), ct);
        }

        await StopActorsAsync(ct);
    }

    private async Task RunPhaseAsync(ShutdownPhase phase, IReadOnlyList<ShutdownTask> tasks, CancellationToken ct)
    {
        if (tasks.Count == 0)
        {
            return;
        }

        using var timeUp = new CancellationTokenSource(phase.Timeout, _system.Time);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, ct);
        var running = tasks.Select(t => (Task: t, Run: RunTaskAsync(phase, t, giveUp.Token))).ToArray();
        try
        {
            await Task.WhenAll(running.Select(r => r.Run)).WaitAsync(giveUp.Token);
        }
        catch (OperationCanceledException)
        {
            var late = running.Where(r => !r.Run.IsCompleted).Select(r => r.Task.Name);
            Log.ShutdownPhaseTimedOut(_system.Logger, phase.Name, phase.Timeout, string.Join(", ", late));
        }
    }

    private async Task RunTaskAsync(ShutdownPhase phase, ShutdownTask task, CancellationToken ct)
    {
        try
        {
            await task.Run(ct);
        }
        catch (Exception reason)
        {
            Log.ShutdownTaskFailed(_system.Logger, phase.Name, task.Name, reason);
        }
    }

    private async Task StopActorsAsync(CancellationToken ct)
    {
        var phase = _phases.Count > 0 ? _phases[^1] : ShutdownPhase.Defaults[^1];
        await RunPhaseAsync(phase, [new ShutdownTask(phase.Name, "the actors' stop", _ => _system.TerminateAsync())], ct);
        if (_system.LivingAtTop() is { Count: > 0 } living)
        {
            Log.ActorsLeft(_system.Logger, _system.Name, string.Join(", ", living));
        }
    }

    private List<ShutdownTask> TasksOf(ShutdownPhase phase)
    {
        lock (_gate)
        {
            return [.. _tasks.Where(t => t.Phase == phase.Name)];
        }
    }

    private sealed record ShutdownTask(string Phase, string Name, Func<CancellationToken, Task> Run);
}
