using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Execution;

/// <summary>What a task reads of the files that tasks before it made.</summary>
public static class UpstreamFiles
{
    /// <summary>The node that made most bytes of it, of equal ones the first by name; null when it reads none.</summary>
    public static string? MostlyOn(JobState state, int task)
    {
        var step = state.Plan.Steps[state.Plan.StepOf(task)];
        if (state.Makers.IsEmpty || step.Work is not StepWork.Groups groups || groups.Tasks[task - step.First] is not { Upstream.IsEmpty: false } group)
        {
            return null;
        }

        var bytes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (from, file) in groups.Inputs.Where(rule => !rule.UpstreamTypes.IsEmpty).SelectMany(rule => ArrivingAt(rule, group, state)))
        {
            var node = state.Makers[from];
            bytes[node] = bytes.GetValueOrDefault(node) + file.SizeBytes;
        }

        return bytes.Where(pair => pair.Value > 0).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key).FirstOrDefault();
    }

    /// <summary>Those that arrive at one input, in the order of the tasks that made them.</summary>
    internal static IEnumerable<(int From, OutputFile File)> ArrivingAt(InputRule rule, TaskGroup reader, JobState state) =>
        from task in reader.Upstream
        where rule.UpstreamSteps.IsEmpty || rule.UpstreamSteps.Contains(state.Plan.StepOf(task))
        from file in state.Outputs.GetValueOrDefault(task, [])
        where rule.UpstreamTypes.Contains(file.Type, StringComparer.Ordinal) && !Contradicts(file.Metadata, reader.Keys)
        select (task, file);

    /// <summary>An output for another patch is no input of this patch's task, although the task that made it served both.</summary>
    private static bool Contradicts(ImmutableSortedDictionary<string, MetadataValue> metadata, ImmutableSortedDictionary<string, string> keys) =>
        keys.Any(key => metadata.TryGetValue(key.Key, out var value) && !string.Equals(value.Text, key.Value, StringComparison.Ordinal));
}
