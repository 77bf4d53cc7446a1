using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>The catalog's answer to an <see cref="InputQuery"/>.</summary>
/// <param name="Query">What was asked.</param>
/// <param name="Files">Every file that fits, in any order.</param>
/// <param name="OfType">
/// When nothing fits: files of these types whatever their metadata, so that the refusal can say which values there are. A sample is enough.
/// </param>
public sealed record InputCandidates(InputQuery Query, ImmutableArray<CatalogFile> Files, ImmutableArray<CatalogFile> OfType);

/// <summary>Everything that a plan depends on.</summary>
/// <param name="Sequence">What to run.</param>
/// <param name="Options">With which options.</param>
/// <param name="Candidates">On which files: an answer to each query of <see cref="InputSelection.For(Sequence, SequenceOptions, FileScope)"/>.</param>
/// <param name="Catalog">Says which recipe would make what is missing.</param>
/// <param name="Cpus">Cpus that the estimate counts with.</param>
/// <param name="MemoryBytes">What the user asks for each task instead of what the recipes declare; null for these.</param>
public sealed record PlanRequest(
    Sequence Sequence,
    SequenceOptions Options,
    ImmutableArray<InputCandidates> Candidates,
    RecipeCatalog Catalog,
    int Cpus,
    long? MemoryBytes = null)
{
    /// <summary>What the pipeline's query gave, in any order; none without one.</summary>
    public ImmutableArray<InputRow> Rows { get; init; } = [];

    /// <summary>The answer for an input; not to have asked for it is a programmer's error.</summary>
    internal InputCandidates CandidatesOf(int step, RecipeInput input) =>
        Candidates.FirstOrDefault(answer => answer.Query.Step == step && answer.Query.Input == input.Name)
        ?? throw new InvalidOperationException($"The catalog was not asked for '{input.Name}' of step {step}.");
}

/// <summary>A plan and how long it should take.</summary>
/// <param name="Plan">The graph of tasks.</param>
/// <param name="StepSeconds">Estimated process time of each step: a task's expected time × rounds that its tasks need on the cpus.</param>
public sealed record PlannedJob(JobPlan Plan, ImmutableArray<double> StepSeconds)
{
    public double EstimatedSeconds => StepSeconds.Sum();
}

/// <summary>
/// Turns a sequence, its options and the files it may read into a graph of tasks. The same question has the same answer, whatever order the
/// files come in.
/// </summary>
public static class Planner
{
    public static Checked<PlannedJob> Plan(PlanRequest request) => new PlanBuilder(request).Build();
}
