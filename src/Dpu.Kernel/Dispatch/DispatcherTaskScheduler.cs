namespace Dpu.Kernel;

/// <summary>Runs asynchronous code of the system itself, such as its shutdown, on the dispatcher.</summary>
internal sealed class DispatcherTaskScheduler(IDispatcher dispatcher) : TaskScheduler
{
    protected override void QueueTask(Task task) => dispatcher.Schedule(() => TryExecuteTask(task));

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
