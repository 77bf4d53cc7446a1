using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Estimates;

/// <summary>How long a step should take, and from where that is known.</summary>
/// <param name="Seconds">Process time of the step: that of a task × the rounds that its tasks need on the cpus.</param>
/// <param name="TaskSeconds">Of one task, on average over the step's.</param>
/// <param name="Samples">How many earlier tasks say so; 0 when the recipe does.</param>
/// <param name="MemoryInsteadBytes">What to ask for, when the request is far from what earlier tasks held.</param>
public sealed record StepEstimate(double Seconds, double TaskSeconds, int Samples, long? MemoryInsteadBytes);

/// <summary>A plan whose steps expect what is known of them.</summary>
public sealed record EstimatedPlan(JobPlan Plan, ImmutableArray<StepEstimate> Steps)
{
    /// <summary>Process time of the whole job.</summary>
    public double Seconds => Steps.Sum(step => step.Seconds);
}

/// <summary>Replaces what recipes say of their tasks by what earlier tasks took, once enough are known.</summary>
public static class Estimator
{
    /// <param name="plan">Its steps expect what the recipes say.</param>
    /// <param name="kinds">Of which kind its tasks are.</param>
    /// <param name="history">Figures of a kind or a wider one; null when too little is known of the program.</param>
    /// <param name="cpus">How many there are to run it on.</param>
    public static EstimatedPlan Estimate(JobPlan plan, PlanKinds kinds, Func<TaskKind, TaskFigures?> history, int cpus)
    {
        var estimates = plan.Steps.Select((step, index) => Estimate(step, [.. kinds.OfStep(index)], history, cpus)).ToImmutableArray();
        var steps = plan.Steps.Select((step, index) => step with { Rules = step.Rules with { ExpectedSeconds = estimates[index].TaskSeconds } });
        return new EstimatedPlan(plan with { Steps = [.. steps] }, estimates);
    }

    /// <summary>How often all cpus are filled until the last of these tasks has its turn.</summary>
    public static int Rounds(int tasks, int cpusEach, int cpus)
    {
        var atOnce = Math.Max(1, cpus / Math.Max(1, cpusEach));
        return (tasks + atOnce - 1) / atOnce;
    }

    private static StepEstimate Estimate(StepPlan step, ImmutableArray<(TaskKind Kind, int Tasks)> kinds, Func<TaskKind, TaskFigures?> history, int cpus)
    {
        var known = kinds.Select(kind => (Figures: history(kind.Kind), kind.Tasks)).ToImmutableArray();
        var figures = known.Select(kind => kind.Figures).OfType<TaskFigures>().DistinctBy(figures => figures.Kind).ToImmutableArray();
        var seconds = known.Sum(kind => (kind.Figures?.Seconds.Half ?? step.Rules.ExpectedSeconds) * kind.Tasks) / step.Count;
        var most = figures.MaxBy(figures => figures.MaxRssBytes.Most);
        return new StepEstimate(
            seconds * Rounds(step.Count, step.Resources.Cpus, cpus),
            seconds,
            figures.Sum(figures => figures.Samples),
            most is null ? null : MemoryAdvice.Instead(step.Resources.MemoryBytes, most));
    }
}
