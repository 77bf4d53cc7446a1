using Dpu.Client.Contracts;
using Dpu.Pages.Rendering;

namespace Dpu.Pages.Recipes;

/// <summary>The list of what can be run.</summary>
internal static class RecipesVisits
{
    public static async Task<PageAnswer> ShowAsync(Visit visit)
    {
        if (visit.QueryText("sequence")?.Trim() is { Length: > 0 } sequence)
        {
            return new PageAnswer.SeeOther(AddressOf(sequence));
        }

        var all = await visit.Api.GetAsync("/sequences", ApiJson.Default.IReadOnlyListSequenceInfo);
        var search = visit.QueryText("q")?.Trim();
        return PageAnswer.Of<RecipesPage>(new RecipesModel([.. all.Where(one => Fits(one, search))], search, all.Count));
    }

    public static string AddressOf(string sequence) => "/recipes/" + Uri.EscapeDataString(sequence);

    private static bool Fits(SequenceInfo one, string? search) =>
        string.IsNullOrEmpty(search) || one.Name.Contains(search, StringComparison.OrdinalIgnoreCase) || one.Description.Contains(search, StringComparison.OrdinalIgnoreCase);
}
