using System.Diagnostics.CodeAnalysis;

namespace Dpu.Kernel;

/// <summary>The outcome of a piped work. It is turned into a message when its turn comes, so that a mapping that throws fails the actor.</summary>
internal sealed class PipeEnvelope<T, TMessage>(Task<T> outcome, Func<T, TMessage> succeeded, Func<Exception, TMessage> failed)
    : Envelope<TMessage>
    where TMessage : class
{
    public override object Undeliverable => outcome;

    public override bool TryOpen([NotNullWhen(true)] out TMessage? message)
    {
        message = outcome.Exception is { InnerException: { } reason } ? failed(reason) : succeeded(outcome.Result);
        return message is not null ? true : throw new InvalidOperationException("A piped result was turned into no message.");
    }
}
