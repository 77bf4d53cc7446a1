using Dpu.Actors.Membership;
using Dpu.Client.Contracts;
using Dpu.Client.Trust;
using Dpu.Domain.Membership;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Where a node comes in.</summary>
internal sealed class NodeEndpoints(ApiServices services, MembershipQuestions questions)
{
    private const int HashLength = 64;

    /// <summary>A join key becomes an identity. The key itself says who may ask.</summary>
    public async Task JoinAsync(HttpContext context)
    {
        var refused = RequestGuard.RefusedOf(context);
        if (JoinKey.TryParse(RequestGuard.ParameterOf(context)) is not { } key)
        {
            await refused.AnswerAsync(context, Refusal(StatusCodes.Status401Unauthorized, "wrong-key", "This is no join key."), "what was shown as a join key is none");
            return;
        }

        var (asked, bad) = await RequestBody.ReadAsync(context, ApiJson.Default.NodeJoinRequest, FlawOf);
        if (asked is null)
        {
            await bad!.ExecuteAsync(context);
            return;
        }

        var join = new MembershipCommand.Join(
            key.Id, key.SecretHash, asked.Name!, asked.IdentityHash!, services.Membership.Presence.IsFree(asked.Name!), services.Membership.NodeTimeout);
        switch (await questions.DoAsync(join, context.RequestAborted))
        {
            case MembershipReply.Done:
                await Endpoints.Json(new NodeJoined(services.Options.Name, asked.Name!), ApiJson.Default.NodeJoined).ExecuteAsync(context);
                break;
            case MembershipReply.Refused no:
                await refused.AnswerAsync(context, Refusal(no), $"node '{asked.Name}' may not join with key {key.Id}: {no.Message}");
                break;
            default:
                await KeyEndpoints.Unanswered().ExecuteAsync(context);
                break;
        }
    }

    private static ProblemResult Refusal(MembershipReply.Refused no) => no.Reason switch
    {
        MembershipRejection.UnknownKey => Refusal(StatusCodes.Status401Unauthorized, "unknown-key", no.Message),
        MembershipRejection.WrongSecret => Refusal(StatusCodes.Status401Unauthorized, "wrong-key", no.Message),
        MembershipRejection.KeyExpired => Refusal(StatusCodes.Status403Forbidden, "key-expired", no.Message),
        MembershipRejection.KeyRevoked => Refusal(StatusCodes.Status403Forbidden, "key-revoked", no.Message),
        MembershipRejection.KeyUsed => Refusal(StatusCodes.Status403Forbidden, "key-used", no.Message),
        MembershipRejection.IdentityRevoked => Refusal(StatusCodes.Status403Forbidden, "identity-revoked", no.Message),
        MembershipRejection.NameTaken => Refusal(StatusCodes.Status409Conflict, "name-taken", no.Message),
        _ => throw new InvalidOperationException($"Nobody is refused for {no.Reason} when joining."),
    };

    private static ProblemResult Refusal(int status, string code, string message) => ProblemResult.Because(status, code, message);

    private static string? FlawOf(NodeJoinRequest asked) =>
        asked.Name is null || !NodeCredential.IsName(asked.Name) ? "'name' is missing or no name for a node: letters, digits and - _ . only, at most 100"
        : asked.IdentityHash is not { Length: HashLength } || !asked.IdentityHash.All(char.IsAsciiHexDigitLower) ? "'identityHash' is missing or no SHA-256 in 64 small hexadecimal letters"
        : asked.Protocol is not > 0 ? "'protocol' is missing or no version"
        : null;
}
