using Dpu.Actors.Membership;
using Dpu.Cluster.Frontend;
using Dpu.Domain.Membership;
using Dpu.Kernel;

namespace Dpu.Service.Http;

/// <summary>Who belongs to the DPU, as endpoints use it.</summary>
/// <param name="Actor">Decides and keeps.</param>
/// <param name="Identities">What is committed.</param>
/// <param name="Presence">Who is there.</param>
/// <param name="NodeTimeout">How long a node that is silent counts as there.</param>
/// <param name="CaSha256">What keys pin: SHA-256 of the public key of this DPU's own authority; null when it has none.</param>
internal sealed record NodeMembership(
    IActorRef<MembershipMessage> Actor, INodeIdentities Identities, NodePresence Presence, TimeSpan NodeTimeout, string? CaSha256);

/// <summary>Questions to the membership whose answers wait for a commit; bounded, because anybody may ask.</summary>
internal sealed class MembershipQuestions(ApiServices services)
{
    private int _waiting;

    /// <summary>What became of a command; null when there is no answer in time, or too many wait already.</summary>
    public async Task<MembershipReply?> DoAsync(MembershipCommand command, CancellationToken cancellationToken) =>
        await AskAsync<MembershipReply>(replyTo => new MembershipMessage.Do(command, replyTo), cancellationToken);

    /// <summary>All that is known; null as above.</summary>
    public Task<MembershipState?> GetAsync(CancellationToken cancellationToken) =>
        AskAsync<MembershipState>(replyTo => new MembershipMessage.GetState(replyTo), cancellationToken);

    private async Task<TReply?> AskAsync<TReply>(Func<IActorRef<TReply>, MembershipMessage> make, CancellationToken cancellationToken)
        where TReply : class
    {
        try
        {
            return Interlocked.Increment(ref _waiting) > services.Options.Http.WaitingMax
                ? null
                : await services.Membership.Actor.AskAsync(services.System, make, services.Options.Http.AnswerTimeout, cancellationToken);
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
