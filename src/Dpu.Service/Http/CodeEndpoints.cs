using System.Collections.Immutable;
using Dpu.Client.Contracts;
using Dpu.Domain.Shipping;
using Dpu.Domain.Users;
using Dpu.Service.Shipping;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Code that users bring, by the checksum of its archive. Bringing it again is the same; what somebody else brought is not there.</summary>
internal sealed class CodeEndpoints(ApiServices services)
{
    /// <summary>Whether an archive is here, and what is in it.</summary>
    public IResult Describe(HttpContext context)
    {
        if (RequestGuard.Refusal(context, Right.ShipCode) is { } refusal)
        {
            return refusal;
        }

        var sha256 = Sha256Of(context);
        if (!CodeStore.IsSha256(sha256) || services.Code.Find(sha256, RequestGuard.CallerOf(context)) is not { } code)
        {
            return NotHere(sha256);
        }

        try
        {
            return Endpoints.Json(services.Code.Describe(code), ApiJson.Default.CodeInfo);
        }
        catch (ArchiveRefusedException refused)
        {
            return Flawed(refused.Message);
        }
    }

    /// <summary>Takes an archive: the request's body, as it is.</summary>
    public async Task<IResult> ReceiveAsync(HttpContext context)
    {
        if (RequestGuard.Refusal(context, Right.ShipCode) is { } refusal)
        {
            return refusal;
        }

        var sha256 = Sha256Of(context);
        if (!CodeStore.IsSha256(sha256))
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-sha256", "The address ends in the archive's SHA-256: 64 lower-case hexadecimal digits.");
        }

        var arrival = await services.Code.ReceiveAsync(sha256, context.Request.ContentLength, context.Request.Body, RequestGuard.RequireUser(context), context.RequestAborted);
        return arrival switch
        {
            CodeArrival.Here here => Endpoints.Json(here.Info, ApiJson.Default.CodeInfo, here.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK),
            CodeArrival.TooLong tooLong => new TooLargeResult(tooLong.MaxBytes, "dpu.code.size-max"),
            CodeArrival.Different other => ProblemResult.Because(
                StatusCodes.Status422UnprocessableEntity, "wrong-digest", $"What arrived has the SHA-256 {other.Sha256}, not {sha256}: it was cut off or changed on its way, or the address is another one's."),
            CodeArrival.Refused refused => Flawed(refused.Flaw),
            CodeArrival.NoRoom no => ProblemResult.Because(StatusCodes.Status507InsufficientStorage, "no-room", $"The code cannot be taken: {no.Reason}."),
            _ => throw new InvalidOperationException($"Nothing arrives as {arrival.GetType().Name}."),
        };
    }

    /// <summary>What of settings would go along: so that whoever shows them to a person need not know the rules, nor show him what they keep back.</summary>
    public static async Task<IResult> FilterAsync(HttpContext context)
    {
        if (RequestGuard.Refusal(context, Right.RunRecipes) is { } refusal)
        {
            return refusal;
        }

        var (asked, bad) = await RequestBody.ReadAsync(context, ApiJson.Default.SubmittedSettings, static _ => null);
        if (asked is null)
        {
            return bad!;
        }

        var variables = asked.Variables ?? ImmutableDictionary<string, string>.Empty;
        if (SettingsRules.FlawOf(variables, asked.Configuration) is { } flaw)
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-settings", flaw);
        }

        var filtered = SettingsRules.Filter(variables, asked.Configuration);
        var kept = new SubmittedSettings(filtered.Settings.Variables.IsEmpty ? null : filtered.Settings.Variables, filtered.Settings.Configuration);
        return Endpoints.Json(new SettingsPreview(kept, filtered.Warning), ApiJson.Default.SettingsPreview);
    }

    public static ProblemResult NotHere(string sha256, int status = StatusCodes.Status404NotFound) => ProblemResult.Because(
        status, "unknown-code", $"You have brought no code {Dpu.Domain.Shipping.ArchiveNames.Shown(sha256)}: bring the archive first, PUT /api/v1/code/ and its SHA-256.");

    private static ProblemResult Flawed(string flaw) =>
        ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-archive", $"The archive is refused: {flaw}.");

    private static string Sha256Of(HttpContext context) => (string)context.Request.RouteValues["sha256"]!;
}
