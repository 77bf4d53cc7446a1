using Dpu.Actors.Membership;
using Dpu.Actors.Scaling;
using Dpu.Client.Trust;
using Dpu.Domain.Membership;
using Dpu.Kernel;

namespace Dpu.Service.Pilots;

/// <summary>A key for each pilot, good for one node; known by its note, so that it can be taken back by whoever only knows the pilot.</summary>
/// <param name="membership">Keeps keys.</param>
/// <param name="system">Whose clock counts.</param>
/// <param name="caSha256">What keys pin; null for nothing.</param>
/// <param name="expires">How long each is good.</param>
internal sealed class PilotKeys(IActorRef<MembershipMessage> membership, ActorSystem system, string? caSha256, TimeSpan expires)
{
    private const string By = "scaling";
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The line of a new key file.</summary>
    /// <exception cref="BatchSystemException">None can be made.</exception>
    public async Task<string> CreateAsync(string pilot, CancellationToken cancellationToken)
    {
        var key = JoinKey.Create(caSha256);
        var create = new MembershipCommand.CreateKey(key.Id, key.SecretHash, Reusable: false, system.Time.GetUtcNow() + expires, By, NoteOf(pilot));
        return await DoAsync(create, cancellationToken) is MembershipReply.Refused no
            ? throw new BatchSystemException($"There is no key for {pilot}: {no.Message}")
            : key.Line;
    }

    /// <summary>What was not used is of no use any more.</summary>
    public async Task RevokeAsync(string pilot, CancellationToken cancellationToken)
    {
        var state = await membership.AskAsync<MembershipMessage, MembershipState>(system, replyTo => new MembershipMessage.GetState(replyTo), AnswerTimeout, cancellationToken);
        var now = system.Time.GetUtcNow();
        foreach (var key in state.Keys.Values.Where(key => key.By == By && key.Note == NoteOf(pilot) && key.StateAt(now) == KeyState.Usable))
        {
            await DoAsync(new MembershipCommand.RevokeKey(key.Id, By), cancellationToken);
        }
    }

    private static string NoteOf(string pilot) => $"pilot {pilot}";

    private Task<MembershipReply> DoAsync(MembershipCommand command, CancellationToken cancellationToken) =>
        membership.AskAsync<MembershipMessage, MembershipReply>(system, replyTo => new MembershipMessage.Do(command, replyTo), AnswerTimeout, cancellationToken);
}
