using Dpu.Actors.Users;
using Dpu.Domain.Users;
using Dpu.Kernel;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Questions to those who know the users; their answers wait for a commit, so they are bounded.</summary>
internal sealed class UserQuestions(ApiServices services)
{
    private int _waiting;

    /// <summary>What became of a command; null when there is no answer in time, or too many wait already.</summary>
    public Task<UsersReply?> DoAsync(UserCommand command, CancellationToken cancellationToken) =>
        AskAsync<UsersReply>(replyTo => new UsersMessage.Do(command, replyTo), cancellationToken);

    /// <summary>All that is known; null as above.</summary>
    public Task<UserState?> GetAsync(CancellationToken cancellationToken) =>
        AskAsync<UserState>(replyTo => new UsersMessage.GetState(replyTo), cancellationToken);

    /// <summary>A command's answer: what it was done to, or why not.</summary>
    public async Task<IResult> AnswerAsync(UserCommand command, Func<UserState, IResult> done, CancellationToken cancellationToken) => await DoAsync(command, cancellationToken) switch
    {
        null => Unanswered(),
        UsersReply.Done reply => done(reply.State),
        UsersReply.Refused no => Refusal(no),
        _ => throw new InvalidOperationException("A command is done or refused."),
    };

    public static ProblemResult Refusal(UsersReply.Refused no) => no.Reason switch
    {
        UserRejection.NotAllowed => ProblemResult.Because(StatusCodes.Status403Forbidden, "not-allowed", no.Message),
        UserRejection.UserDisabled => ProblemResult.Because(StatusCodes.Status403Forbidden, "user-disabled", no.Message),
        UserRejection.UnknownUser => ProblemResult.Because(StatusCodes.Status404NotFound, "unknown-user", no.Message),
        UserRejection.UnknownToken => ProblemResult.Because(StatusCodes.Status404NotFound, "unknown-key", no.Message),
        UserRejection.UserExists => ProblemResult.Because(StatusCodes.Status409Conflict, "user-exists", no.Message),
        UserRejection.TokenExists => ProblemResult.Because(StatusCodes.Status409Conflict, "key-exists", no.Message),
        UserRejection.PasswordChanged => ProblemResult.Because(StatusCodes.Status409Conflict, "password-changed", no.Message),
        UserRejection.TooManyTokens => ProblemResult.Because(StatusCodes.Status409Conflict, "too-many-tokens", no.Message),
        UserRejection.BadName => ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-name", no.Message),
        UserRejection.BadProject => ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-project", no.Message),
        _ => throw new InvalidOperationException($"Nobody is refused for {no.Reason}."),
    };

    public static ProblemResult Unanswered() => ProblemResult.Because(
        StatusCodes.Status503ServiceUnavailable, "unavailable", "The DPU did not answer in time. What was asked may have been done; ask again, or look at 'dpu user list' and 'dpu key list'.");

    private async Task<TReply?> AskAsync<TReply>(Func<IActorRef<TReply>, UsersMessage> make, CancellationToken cancellationToken)
        where TReply : class
    {
        try
        {
            return Interlocked.Increment(ref _waiting) > services.Options.Http.WaitingMax
                ? null
                : await services.Users.Actor.AskAsync(services.System, make, services.Options.Http.AnswerTimeout, cancellationToken);
        }
        catch (AskTimeoutException)
        {
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
