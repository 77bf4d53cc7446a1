namespace Dpu.Kernel;

/// <summary>
/// An actor's timers, by key. The message of a timer that was cancelled or replaced never arrives, not even when it was
/// waiting in the mailbox already. All timers end with the instance that started them: on stop and on restart.
/// </summary>
public interface ITimers<in TMessage>
    where TMessage : class
{
    /// <summary>Sends <paramref name="message"/> to the actor itself, once. A timer of the same key is replaced.</summary>
    void StartSingle(object key, TMessage message, TimeSpan delay);

    /// <summary>Sends <paramref name="message"/> every <paramref name="interval"/>; a tick is left out while the one before it still waits.</summary>
    void StartPeriodic(object key, TMessage message, TimeSpan interval);

    void Cancel(object key);

    /// <summary>True until the timer's message was delivered (single) or it was cancelled.</summary>
    bool IsActive(object key);
}
