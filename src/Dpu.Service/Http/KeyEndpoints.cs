using Dpu.Actors.Membership;
using Dpu.Client.Contracts;
using Dpu.Client.Trust;
using Dpu.Domain.Membership;
using Dpu.Domain.Users;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Join keys and the identities of nodes that joined with them, for operators; and tokens of users, for each user his own.</summary>
internal sealed class KeyEndpoints(ApiServices services, MembershipQuestions questions, UserQuestions users)
{
    /// <summary>What the id of an identity begins with; that of a key has no colon.</summary>
    private const string NodePrefix = "node:";
    private const string ForNode = "node";
    private static readonly TimeSpan UsualLife = TimeSpan.FromDays(7);

    public async Task<IResult> CreateAsync(HttpContext context)
    {
        var (asked, refusal) = await RequestBody.ReadAsync(context, ApiJson.Default.KeyRequest, FlawOf);
        if (asked is null)
        {
            return refusal!;
        }

        return asked.For switch
        {
            ForNode => RequestGuard.Refusal(context, Right.Operate) ?? await CreateForNodeAsync(context, asked),
            TokenText.For => await CreateForUserAsync(context, asked),
            _ => ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-for", $"There are keys for 'node' and for 'user', not for '{asked.For}'."),
        };
    }

    private async Task<IResult> CreateForUserAsync(HttpContext context, KeyRequest asked)
    {
        var by = RequestGuard.CallerOf(context);
        if (asked.User is null && RequestGuard.TokenOf(context) is null)
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "no-user", "Whose token is it to be? --user NAME says it; 'dpu user list' shows who is known.");
        }

        var token = UserToken.Create(services.Membership.CaSha256);
        var expires = TokenText.ExpiryOf(services, asked.ExpiresInSeconds);
        return await users.AnswerAsync(
            new UserCommand.CreateToken(token.Id, asked.User ?? by.Name!, token.SecretHash, expires, null, asked.Note ?? "", by),
            _ => Endpoints.Json(new KeyCreated(token.Id, token.Line, expires), ApiJson.Default.KeyCreated, StatusCodes.Status201Created),
            context.RequestAborted);
    }

    private async Task<IResult> CreateForNodeAsync(HttpContext context, KeyRequest asked)
    {
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

    public async Task<IResult> ListAsync(HttpContext context)
    {
        var caller = RequestGuard.CallerOf(context);
        if (await questions.GetAsync(context.RequestAborted) is not { } members || await users.GetAsync(context.RequestAborted) is not { } known)
        {
            return Unanswered();
        }

        var tokens = (caller.Has(Right.Operate) ? known.Tokens.Values : known.TokensOf(caller.Name!)).Select(token => TokenText.Info(token, services));
        var nodes = caller.Has(Right.Operate) ? members.Keys.Values.Select(Info).Concat(members.Identities.Values.Select(Info)) : [];
        return Paging.Page<KeyInfo>(
            context, [.. nodes.Concat(tokens).OrderBy(info => info.Created).ThenBy(info => info.Id, StringComparer.Ordinal)], static key => key.Id, ApiJson.Default.IReadOnlyListKeyInfo);
    }

    public async Task<IResult> RevokeAsync(HttpContext context)
    {
        var id = Endpoints.RouteText(context, "id");
        var by = RequestGuard.RequireUser(context);
        if (UserToken.IsId(id))
        {
            return await users.AnswerAsync(
                new UserCommand.RevokeToken(id, RequestGuard.CallerOf(context)),
                state => Endpoints.Json(TokenText.Info(state.Tokens[id], services), ApiJson.Default.KeyInfo),
                context.RequestAborted);
        }

        if (RequestGuard.Refusal(context, Right.Operate) is { } refusal)
        {
            return refusal;
        }

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
        : TokenText.FlawOf(asked.Note, asked.ExpiresInSeconds);

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
