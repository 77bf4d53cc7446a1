using Dpu.Client.Contracts;

namespace Dpu.Pages.Recipes.Loops;

/// <summary>One job for each of many values.</summary>
/// <param name="Option">The option that has another value in each.</param>
/// <param name="Campaign">The campaign that holds them together; its units are the values.</param>
/// <param name="Rows">A job each.</param>
/// <param name="IsSubmitted">Whether they were submitted; else they are planned.</param>
public sealed record LoopPlan(OptionField Option, string Campaign, IReadOnlyList<LoopRow> Rows, bool IsSubmitted)
{
    /// <summary>Those that nothing speaks against.</summary>
    public IReadOnlyList<LoopRow> Good => [.. Rows.Where(row => row.Problem is null)];
}

/// <summary>A job of a loop.</summary>
/// <param name="Value">The option's value.</param>
/// <param name="Plan">What it would become.</param>
/// <param name="Problem">Why it cannot, or was not, submitted; null for a good one.</param>
/// <param name="Job">The job that it became.</param>
public sealed record LoopRow(string Value, PlanPreview? Plan, Problem? Problem, JobAccepted? Job);
