using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Dpu.Pages.Rendering;
using Microsoft.AspNetCore.Http;

namespace Dpu.Pages.Recipes;

/// <summary>The list of what can be run.</summary>
internal static class RecipesVisits
{
    public static async Task<PageAnswer> ShowAsync(Visit visit) => visit.QueryText("sequence")?.Trim() is { Length: > 0 } sequence
        ? new PageAnswer.SeeOther(AddressOf(sequence))
        : PageAnswer.Of<RecipesPage>(await ReadAsync(visit, visit.QueryText("code")));

    /// <summary>Code is brought, and what can be run with it is shown.</summary>
    public static async Task<PageAnswer> BringAsync(Visit visit)
    {
        var form = await PageForm.ReadAsync(visit.Http, Allowed.ToShip(await visit.FrameAsync()) ? PageForm.CodeMax : PageForm.UsualMax);
        var (code, problem) = await Brought.CodeAsync(visit, form);
        return code is not null
            ? new PageAnswer.SeeOther("/recipes?code=" + code.Sha256)
            : PageAnswer.Of<RecipesPage>(
                await ReadAsync(visit, null) with { Refusal = problem is null ? "No code was chosen: choose an archive or a folder." : problem.Detail ?? problem.Title },
                problem?.Status ?? StatusCodes.Status422UnprocessableEntity);
    }

    public static string AddressOf(string sequence) => "/recipes/" + Uri.EscapeDataString(sequence);

    public static string ListOf(string? version, string? code) => new Query("/sequences").With("version", version).With("code", code).ToString();

    private static async Task<RecipesModel> ReadAsync(Visit visit, string? sha256)
    {
        var all = await visit.Api.GetAsync(ListOf(null, sha256), ApiJson.Default.IReadOnlyListSequenceInfo);
        var code = sha256 is null ? null : await visit.Api.GetAsync($"/code/{Uri.EscapeDataString(sha256)}", ApiJson.Default.CodeInfo);
        var search = visit.QueryText("q")?.Trim();
        return new RecipesModel([.. VariantsBehind(all).Where(one => Fits(one, search))], search, all.Count, code);
    }

    private static IEnumerable<SequenceInfo> VariantsBehind(IReadOnlyList<SequenceInfo> all)
    {
        var variants = all.Where(one => one.VariantOf is not null).ToLookup(one => one.VariantOf!, StringComparer.Ordinal);
        var names = all.Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
        return all.Where(one => one.VariantOf is null || !names.Contains(one.VariantOf)).SelectMany(one => variants[one.Name].Prepend(one));
    }

    private static bool Fits(SequenceInfo one, string? search) =>
        string.IsNullOrEmpty(search) || one.Name.Contains(search, StringComparison.OrdinalIgnoreCase) || one.Description.Contains(search, StringComparison.OrdinalIgnoreCase);
}
