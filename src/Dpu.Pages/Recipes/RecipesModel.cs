using Dpu.Client.Contracts;

namespace Dpu.Pages.Recipes;

/// <summary>What can be run.</summary>
/// <param name="Sequences">Those that fit, in the DPU's order, variants behind what they are variants of.</param>
/// <param name="Search">A part of a name or a description; null for all.</param>
/// <param name="Total">How many there are without it.</param>
/// <param name="Code">With this code of the user's own over the usual ones; null for released code.</param>
/// <param name="Refusal">Why code that was brought is not taken.</param>
public sealed record RecipesModel(IReadOnlyList<SequenceInfo> Sequences, string? Search, int Total, CodeInfo? Code, string? Refusal = null)
{
    internal string AddressOf(SequenceInfo one) => RecipesVisits.AddressOf(one.Name) + (Code is null ? "" : "?code=" + Code.Sha256);
}
