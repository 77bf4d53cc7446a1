using Dpu.Actors.Frontend;
using Dpu.Kernel;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Questions to the frontend whose answers wait for a commit. Its mailbox is filled from here only, and so it is bounded here.</summary>
internal sealed class FrontendQuestions(ApiServices services)
{
    private static readonly TimeSpan PatienceInTrouble = TimeSpan.FromSeconds(5);

    private int _waiting;

    /// <summary>While nothing can be written down nobody need wait long to be told so.</summary>
    public TimeSpan Patience => services.JournalTrouble() is not null && services.Options.Http.AnswerTimeout > PatienceInTrouble
        ? PatienceInTrouble
        : services.Options.Http.AnswerTimeout;

    /// <summary>The answer; null when it does not come in time, or when too many wait already.</summary>
    public async Task<TReply?> AskAsync<TReply>(Func<IActorRef<TReply>, FrontendMessage> make, CancellationToken cancellationToken)
        where TReply : class
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > services.Options.Http.WaitingMax)
            {
                return null;
            }

            return await services.Frontend.AskAsync(services.System, make, Patience, cancellationToken);
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

    public ProblemResult Unanswered() => ProblemResult.Because(
        StatusCodes.Status503ServiceUnavailable,
        "unavailable",
        (services.JournalTrouble() is { } trouble ? $"The DPU cannot write down what is asked of it: {trouble.TrimEnd('.')}. " : "The DPU did not answer in time. ")
        + "What was asked may have been done; asking again with the same key tells.");
}
