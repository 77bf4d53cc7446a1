namespace Dpu.Kernel;

/// <summary>A watcher from outside the actors.</summary>
internal sealed class TaskWatcher : IWatcher
{
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => _gone.Task;

    public void OnTerminated(ActorCell actor) => _gone.TrySetResult();
}
