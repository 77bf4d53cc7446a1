using Dpu.Client.Contracts;

namespace Dpu.Pages.Recipes;

/// <summary>What can be run.</summary>
/// <param name="Sequences">Those that fit, in the DPU's order.</param>
/// <param name="Search">A part of a name or a description; null for all.</param>
/// <param name="Total">How many there are without it.</param>
public sealed record RecipesModel(IReadOnlyList<SequenceInfo> Sequences, string? Search, int Total);
