using Dpu.Actors.Membership;
using Dpu.Client.Contracts;
using Dpu.Client.Trust;
using Dpu.Domain.Membership;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Join keys, and the identities of nodes that joined with them. For the owner only.</summary>
internal sealed class KeyEndpoints(ApiServices services, MembershipQuestions questions)
{
    /// <summary>What the id of an identity begins with; that of a key has no colon.</summary>
    private const string NodePrefix = "node:";
    private const string ForNode = "node";
    private const int NoteLengthMax = 200;
    private static readonly TimeSpan UsualLife = TimeSpan.FromDays(7);
    private static readonly TimeSpan LifeMax = TimeSpan.FromDays(3650);

    public async Task<IResult> CreateAsync(HttpContext context)
    {
        var (asked, refusal) = await RequestBody.ReadAsync(context, ApiJson.Default.KeyRequest, FlawOf);
        if (asked is null)
        {
            return refusal!;
        }

        if (asked.For != ForNode)
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-for", $"There are keys for 'node' only, not yet for '{asked.For}'.");
        }

        var key = JoinKey.Create(services.Membership.CaSha256);
        var life = asked.ExpiresInSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : UsualLife;
        var expires = services.System.Time.GetUtcNow() + life;
        var create = new MembershipCommand.CreateKey(key.Id, key.SecretHash, asked.Reusable, expires, RequestGuard.RequireUser(context), asked.Note ?? "");
        return await questions.DoAsync(create, context.RequestAborted) switch
        {
            null => Unanswered(),
            MembershipReply.Done => Endpoints.Json(new KeyCreated(key.Id, key.Line, expires), ApiJson.Default.KeyCreated, StatusCodes.Status201Created),
            MembershipReply.Refused no => ProblemResult.Because(StatusCodes.Status409Conflict, "key-exists", no.Message),
            _ => throw new InvalidOperationException("A command is done or refused."),
        };
    }

    public async Task<IResult> ListAsync(HttpContext context) => await questions.GetAsync(context.RequestAborted) is { } state
        ? Paging.Page<KeyInfo>(
            context,
            [.. state.Keys.Values.Select(Info).Concat(state.Identities.Values.Select(Info)).OrderBy(info => info.Created).ThenBy(info => info.Id, StringComparer.Ordinal)],
            static key => key.Id,
            ApiJson.Default.IReadOnlyListKeyInfo)
        : Unanswered();

    public async Task<IResult> RevokeAsync(HttpContext context)
    {
        var id = Endpoints.RouteText(context, "id");
        var by = RequestGuard.RequireUser(context);
        var node = id.StartsWith(NodePrefix, StringComparison.Ordinal) ? id[NodePrefix.Length..] : null;
        MembershipCommand revoke = node is null ? new MembershipCommand.RevokeKey(id, by) : new MembershipCommand.RevokeIdentity(node, by);
        return await questions.DoAsync(revoke, context.RequestAborted) switch
        {
            null => Unanswered(),
            MembershipReply.Done done => Endpoints.Json(node is null ? Info(done.State.Keys[id]) : Info(done.State.Identities[node]), ApiJson.Default.KeyInfo),
            MembershipReply.Refused no => ProblemResult.Because(StatusCodes.Status404NotFound, "unknown-key", no.Message),
            _ => throw new InvalidOperationException("A command is done or refused."),
        };
    }

    public static ProblemResult Unanswered() => ProblemResult.Because(
        StatusCodes.Status503ServiceUnavailable, "unavailable", "The DPU did not answer in time. What was asked may have been done; ask again, or look at 'dpu key list'.");

    private static string? FlawOf(KeyRequest asked) =>
        asked.For is null ? "'for' is missing"
        : asked.Note is { Length: > NoteLengthMax } ? $"a note has at most {NoteLengthMax} characters"
        : asked.ExpiresInSeconds is { } seconds && !(seconds > 0 && seconds <= LifeMax.TotalSeconds) ? $"'expiresInSeconds' is above 0 and at most {LifeMax.TotalSeconds}"
        : null;

    private KeyInfo Info(KnownKey key) => new(
        key.Id,
        ForNode,
        Text(key.StateAt(services.System.Time.GetUtcNow())),
        key.Reusable,
        key.CreatedAt,
        key.ExpiresAt,
        key.By,
        key.Note.Length == 0 ? null : key.Note,
        key.LastUse?.At,
        key.LastUse?.Node);

    private static KeyInfo Info(KnownIdentity identity) => new(
        NodePrefix + identity.Node,
        "identity",
        Text(identity.RevokedAt is null ? KeyState.Usable : KeyState.Revoked),
        Reusable: true,
        identity.JoinedAt,
        null,
        identity.KeyId,
        null,
        identity.JoinedAt,
        identity.Node);

    private static string Text(KeyState state) => state switch
    {
        KeyState.Usable => "usable",
        KeyState.Used => "used",
        KeyState.Expired => "expired",
        KeyState.Revoked => "revoked",
        _ => throw new InvalidOperationException($"A key is never {state}."),
    };
}
