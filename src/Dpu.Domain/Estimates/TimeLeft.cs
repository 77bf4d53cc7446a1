using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Estimates;

/// <summary>How long a job that runs goes on. Pure.</summary>
public static class TimeLeft
{
    /// <summary>
    /// As fast as until now: what is open compared with what has ended, each task counted with the seconds that it is expected to take. Before anything has ended
    /// it is what the estimate leaves.
    /// </summary>
    /// <param name="steps">Of each step its tasks, and how many seconds one of them is expected to take; 0 when nobody knows.</param>
    /// <param name="ran">How long the job has run.</param>
    /// <param name="estimated">What the whole job was expected to take; zero when nobody knew.</param>
    /// <returns>Null when nothing can be said.</returns>
    public static TimeSpan? Of(ImmutableArray<(TaskCounts Counts, double ExpectedSeconds)> steps, TimeSpan ran, TimeSpan estimated)
    {
        var known = steps.All(step => step.ExpectedSeconds > 0);
        double Weight(Func<TaskCounts, int> count) => steps.Sum(step => count(step.Counts) * (known ? step.ExpectedSeconds : 1));
        var open = Weight(counts => counts.Submitted + counts.Unknown);
        var ended = Weight(counts => counts.Normal + counts.Error);
        return open <= 0 ? TimeSpan.Zero
            : ended > 0 && ran > TimeSpan.Zero ? TimeSpan.FromSeconds(Math.Min(ran.TotalSeconds * open / ended, TimeSpan.MaxValue.TotalSeconds / 2))
            : estimated > ran ? estimated - ran
            : null;
    }
}
