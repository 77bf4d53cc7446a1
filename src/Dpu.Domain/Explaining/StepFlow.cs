using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Explaining;

/// <summary>Files of one type that steps read from the catalog.</summary>
public readonly record struct FileFlow(string Type, int Files);

/// <summary>What one step reads and makes, and which steps come before it.</summary>
/// <param name="Before">Indexes of the steps whose outputs it reads.</param>
/// <param name="Inputs">What it reads from the catalog, by type.</param>
/// <param name="Outputs">Types that it declares to make, the main ones first.</param>
public sealed record StepFlow(ImmutableArray<int> Before, ImmutableArray<FileFlow> Inputs, ImmutableArray<string> Outputs)
{
    /// <summary>Of each step of a plan, however many tasks it has.</summary>
    public static ImmutableArray<StepFlow> Of(JobPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return [.. plan.Steps.Select(step => Of(plan, step))];
    }

    private static StepFlow Of(JobPlan plan, StepPlan step)
    {
        if (step.Work is not StepWork.Groups groups)
        {
            return new StepFlow([], [], []);
        }

        var (before, files) = (new SortedSet<int>(), new HashSet<int>());
        foreach (var task in groups.Tasks)
        {
            foreach (var upstream in task.Upstream)
            {
                before.Add(plan.StepOf(upstream));
            }

            files.UnionWith(task.Inputs.Values.SelectMany(indexes => indexes));
        }

        var inputs = files.GroupBy(file => plan.Files[file].Type, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal);
        return new StepFlow(
            [.. before],
            [.. inputs.Select(group => new FileFlow(group.Key, group.Count()))],
            [.. groups.Outputs.OrderByDescending(output => output.Main).Select(output => output.Type).Distinct(StringComparer.Ordinal)]);
    }
}
