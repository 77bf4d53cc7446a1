namespace Dpu.Kernel;

/// <summary>The dispatcher of production: .NET's thread pool.</summary>
public sealed class ThreadPoolDispatcher : IDispatcher
{
    private ThreadPoolDispatcher()
    {
    }

    public static ThreadPoolDispatcher Shared { get; } = new();

    public void Schedule(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        // Unsafe: the sender's ExecutionContext is not an actor's business, and capturing it would cost on every message.
        ThreadPool.UnsafeQueueUserWorkItem(static w => w(), work, preferLocal: false);
    }
}
