namespace Dpu.Kernel;

/// <summary>A question got no answer.</summary>
public sealed class AskTimeoutException : TimeoutException
{
    private AskTimeoutException(ActorPath path, TimeSpan timeout, string message)
        : base(message)
    {
        Path = path;
        Timeout = timeout;
    }

    /// <summary>Who was asked.</summary>
    public ActorPath Path { get; }

    /// <summary>How long the answer was waited for; zero when the question was not even accepted.</summary>
    public TimeSpan Timeout { get; }

    internal static AskTimeoutException NoAnswer(ActorPath path, TimeSpan timeout) =>
        new(path, timeout, $"{path} did not answer within {timeout.TotalSeconds:0.###} s.");

    internal static AskTimeoutException NotAccepted(ActorPath path) =>
        new(path, TimeSpan.Zero, $"{path} did not accept the question: it has stopped or its mailbox is full.");
}
