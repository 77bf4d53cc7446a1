namespace Dpu.Kernel;

/// <summary>
/// Keeps an actor's asynchronous code with the actor: each turn runs as a task of this scheduler, so that whatever an
/// <c>await</c>, <c>Task.Yield</c> or <c>Task.Factory</c> leaves for later comes back here and waits for the actor's next turn.
/// </summary>
internal sealed class ActorTaskScheduler(ActorCell cell) : TaskScheduler
{
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs one turn now, on this thread. A failure inside the kernel itself is thrown here; actors' failures are supervised.</summary>
    public void RunTurn()
    {
        // A test runner's context would catch the awaits before this scheduler does; the thread pool has none.
        var outer = SynchronizationContext.Current;
        if (outer is null)
        {
            RunTurnAsTask();
            return;
        }

        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            RunTurnAsTask();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    public void Continue(Task continuation) => TryExecuteTask(continuation);

    protected override void QueueTask(Task task) => cell.AddContinuation(task);

    // Only a turn may start at once. A continuation always waits for its own turn, even when its actor completes it itself.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        ReferenceEquals(task.AsyncState, cell) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private void RunTurnAsTask()
    {
        var turn = new Task(static c => ((ActorCell)c!).Turn(), cell, CancellationToken.None, TaskCreationOptions.DenyChildAttach);
        turn.RunSynchronously(this);
        turn.GetAwaiter().GetResult();
    }
}
