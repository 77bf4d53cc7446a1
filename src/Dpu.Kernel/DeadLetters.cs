namespace Dpu.Kernel;

/// <summary>Why a message reached nobody.</summary>
public enum DeadLetterReason
{
    /// <summary>The recipient had stopped, or stopped before it came to this message.</summary>
    RecipientStopped,

    /// <summary>The recipient's bounded mailbox was full.</summary>
    MailboxFull,

    /// <summary>A reply came after its question had been answered, timed out or given up.</summary>
    QuestionOver,
}

/// <summary>A message that reached nobody.</summary>
public sealed record DeadLetter(ActorPath Recipient, object Message, DeadLetterReason Reason);

/// <summary>Counts the messages that reached nobody and keeps the newest for inspection.</summary>
public sealed class DeadLetters
{
    /// <summary>How many of the newest are kept.</summary>
    public const int Kept = 128;

    private readonly Lock _gate = new();
    private readonly Queue<DeadLetter> _recent = new();
    private long _count;

    internal DeadLetters()
    {
    }

    /// <summary>All since the system started.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>The newest, oldest first; a copy.</summary>
    public IReadOnlyList<DeadLetter> Recent
    {
        get
        {
            lock (_gate)
            {
                return [.. _recent];
            }
        }
    }

    internal void Add(DeadLetter letter)
    {
        Interlocked.Increment(ref _count);
        lock (_gate)
        {
            if (_recent.Count == Kept)
            {
                _recent.Dequeue();
            }

            _recent.Enqueue(letter);
        }
    }
}
