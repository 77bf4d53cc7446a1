using System.Collections.Immutable;
using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;

namespace Dpu.Journal.Views;

/// <summary>What is known of tasks like those of a plan.</summary>
public static class PlanHistory
{
    extension(IViews views)
    {
        /// <summary>By step, the figures of that kind of its tasks that held the most memory; without the steps of which too little is known.</summary>
        public async Task<ImmutableDictionary<int, TaskFigures>> GetLargestAsync(JobPlan plan, CancellationToken cancellationToken)
        {
            var kinds = new PlanKinds(plan);
            var history = await views.GetTaskFiguresAsync(kinds.All, cancellationToken);
            return Enumerable.Range(0, plan.Steps.Length)
                .Select(step => (Step: step, Figures: MemoryAdvice.Largest(kinds, step, kind => history.GetValueOrDefault(kind))))
                .Where(pair => pair.Figures is not null)
                .ToImmutableDictionary(pair => pair.Step, pair => pair.Figures!);
        }
    }
}
