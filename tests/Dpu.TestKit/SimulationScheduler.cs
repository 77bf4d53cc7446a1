namespace Dpu.TestKit;

/// <summary>Keeps the asynchronous code of a simulation's fakes on its dispatcher.</summary>
internal sealed class SimulationScheduler(DeterministicDispatcher dispatcher) : TaskScheduler
{
    private Task? _startsNow;

    /// <summary>Runs the beginning of <paramref name="work"/> now; what it awaits comes back through the dispatcher.</summary>
    public void Run(Action work)
    {
        var task = new Task(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach);
        _startsNow = task;
        task.RunSynchronously(this);
        task.GetAwaiter().GetResult();
    }

    protected override void QueueTask(Task task) => dispatcher.Schedule(() => TryExecuteTask(task));

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        ReferenceEquals(task, _startsNow) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
