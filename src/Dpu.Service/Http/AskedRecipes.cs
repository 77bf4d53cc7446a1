using Dpu.Actors.Frontend;
using Dpu.Domain.Shipping;
using Dpu.Domain.Users;
using Dpu.Service.Shipping;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Which recipes are asked about: those of a version, with those of a user's own code over them.</summary>
internal static class AskedRecipes
{
    public const string Version = "version";
    public const string Code = "code";

    /// <summary>Whether others than the usual ones are asked about.</summary>
    public static bool AreSpecial(HttpContext context) => TextOf(context, Version) is not (null or RecipeShelf.UsualVersion) || TextOf(context, Code) is not null;

    /// <summary>The recipes, or why there are none. What code somebody else brought is not there.</summary>
    public static (RecipeSet? Recipes, IResult? Refusal) Of(HttpContext context, ApiServices services)
    {
        if (!AreSpecial(context))
        {
            return (new RecipeSet(services.Recipes, services.Executables.WhyUnavailable), null);
        }

        ShippedCode? code = null;
        if (TextOf(context, Code) is { } sha256)
        {
            if (RequestGuard.Refusal(context, Right.ShipCode) is { } refusal)
            {
                return (null, refusal);
            }

            code = CodeStore.IsSha256(sha256) ? services.Code.Find(sha256, RequestGuard.CallerOf(context)) : null;
            if (code is null)
            {
                return (null, CodeEndpoints.NotHere(sha256, StatusCodes.Status422UnprocessableEntity));
            }
        }

        var version = TextOf(context, Version);
        return services.Shelf.Find(version is RecipeShelf.UsualVersion ? null : version, code, context.RequestAborted).TryGet(out var recipes, out var errors)
            ? (recipes, null)
            : (null, ProblemResult.Because(
                StatusCodes.Status422UnprocessableEntity, errors[0].Code, string.Join(' ', errors.Select(error => error.Message)), [.. errors.Select(ApiMapping.Error)]));
    }

    private static string? TextOf(HttpContext context, string name) => context.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;
}
