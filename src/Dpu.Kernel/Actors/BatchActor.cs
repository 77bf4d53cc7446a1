namespace Dpu.Kernel;

/// <summary>An actor that takes everything that waits in its mailbox at once, so that one decision or one commit can serve many messages.</summary>
public abstract class BatchActor<TMessage> : Actor<TMessage>
    where TMessage : class
{
    /// <summary>The most messages of one batch; at least 1.</summary>
    protected virtual int MaxBatch => 1024;

    internal sealed override int BatchLimit => Math.Max(1, MaxBatch);

    /// <summary>Handles all that waits, in the order of arrival; never empty. The list is not reused and may be kept.</summary>
    protected abstract ValueTask ReceiveBatchAsync(IReadOnlyList<TMessage> messages);

    protected sealed override ValueTask ReceiveAsync(TMessage message) => HandleBatchAsync([message]);

    internal override ValueTask HandleBatchAsync(IReadOnlyList<TMessage> messages) => ReceiveBatchAsync(messages);
}
