namespace Dpu.Kernel;

/// <summary>The address that a question's reply goes to; it takes one.</summary>
internal sealed class Question<TReply>(ActorSystem system, ActorPath asked, TimeSpan timeout) : IActorRef<TReply>
    where TReply : class
{
    // Asynchronously: the asker's code must not run inside the turn of whoever answers.
    private readonly TaskCompletionSource<TReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _givenUp;
    private ITimer? _timer;

    public ActorPath Path { get; } = system.NextQuestionPath();

    public Task<TReply> Reply => _reply.Task;

    public void Start(CancellationToken ct)
    {
        _timer = system.Time.CreateTimer(static q => ((Question<TReply>)q!).TimeOut(), this, timeout, Timeout.InfiniteTimeSpan);
        _givenUp = ct.UnsafeRegister(static (q, token) => ((Question<TReply>)q!).GiveUp(token), this);
        if (_reply.Task.IsCompleted)
        {
            CleanUp();
        }
    }

    public void Tell(TReply message)
    {
        if (!TryTell(message))
        {
            system.AddDeadLetter(Path, message, DeadLetterReason.QuestionOver);
        }
    }

    public bool TryTell(TReply message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return CleanUpIf(_reply.TrySetResult(message));
    }

    public override string ToString() => Path.Value;

    private void TimeOut() => CleanUpIf(_reply.TrySetException(AskTimeoutException.NoAnswer(asked, timeout)));

    private void GiveUp(CancellationToken token) => CleanUpIf(_reply.TrySetCanceled(token));

    private bool CleanUpIf(bool ended)
    {
        if (ended)
        {
            CleanUp();
        }

        return ended;
    }

    private void CleanUp()
    {
        _timer?.Dispose();
        _givenUp.Unregister();
    }
}
