using System.Collections.Immutable;
using Dpu.Client.Contracts;
using Dpu.Domain.Shipping;
using Dpu.Domain.Users;
using Dpu.Service.Shipping;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>What comes along with a submission: checked, and without what looks secret.</summary>
/// <param name="Version">Null for the usual one.</param>
/// <param name="Warnings">What was left out.</param>
internal sealed record ShippedWith(string? Version, ShippedCode? Code, ShippedSettings Settings, ImmutableArray<string> Warnings)
{
    /// <summary>Reads it, or says why it is refused.</summary>
    public static (ShippedWith? Shipped, IResult? Refusal) Read(HttpContext context, CodeStore store, string? version, CodeReference? code, SubmittedSettings? settings)
    {
        var usual = version is RecipeShelf.UsualVersion ? null : version;
        if ((usual is null ? null : RequestGuard.Refusal(context, Right.ChooseResources)) is { } notChosen)
        {
            return (null, notChosen);
        }

        if ((code is null ? null : RequestGuard.Refusal(context, Right.ShipCode)) is { } notShipped)
        {
            return (null, notShipped);
        }

        var variables = settings?.Variables ?? ImmutableDictionary<string, string>.Empty;
        if (SettingsRules.FlawOf(variables, settings?.Configuration) is { } flaw)
        {
            return (null, ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-settings", flaw));
        }

        var found = code is null || !CodeStore.IsSha256(code.Sha256) ? null : store.Find(code.Sha256, RequestGuard.CallerOf(context));
        if (code is not null && found is null)
        {
            return (null, CodeEndpoints.NotHere(code.Sha256 ?? "", StatusCodes.Status422UnprocessableEntity));
        }

        var filtered = SettingsRules.Filter(variables, settings?.Configuration);
        return (new ShippedWith(usual, found, filtered.Settings, filtered.Warning is { } warning ? [warning] : []), null);
    }
}
