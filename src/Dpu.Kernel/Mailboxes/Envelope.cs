using System.Diagnostics.CodeAnalysis;

namespace Dpu.Kernel;

/// <summary>
/// Something in a mailbox that becomes a message only when its turn comes: a timer, a watch or a piped result, each of
/// which may have been cancelled while it waited.
/// </summary>
internal abstract class Envelope<TMessage>
    where TMessage : class
{
    /// <summary>What is counted as a dead letter when the actor has stopped; null for what only the actor itself would miss.</summary>
    public virtual object? Undeliverable => null;

    /// <returns>False when nothing is to be delivered any more. An exception counts as the actor's failure.</returns>
    public abstract bool TryOpen([NotNullWhen(true)] out TMessage? message);
}

/// <summary>A failure that waits for its turn in the mailbox.</summary>
internal sealed class FaultEnvelope<TMessage>(Exception fault) : Envelope<TMessage>
    where TMessage : class
{
    public override bool TryOpen([NotNullWhen(true)] out TMessage? message) =>
        throw new InvalidOperationException("A piped result could not be turned into a message.", fault);
}
