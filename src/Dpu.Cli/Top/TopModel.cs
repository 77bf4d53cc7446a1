using System.Collections.Immutable;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Top;

/// <summary>What <c>dpu top</c> knows at a moment. Jobs come from lists and from the stream of the queue; of those that ended only the newest are kept.</summary>
internal sealed record TopModel(HealthInfo Dpu, DpuStats Stats, DateTimeOffset At)
{
    /// <summary>More have no place on any screen.</summary>
    private const int EndedMax = 100;

    public ImmutableDictionary<int, JobSummary> Jobs { get; init; } = ImmutableDictionary<int, JobSummary>.Empty;

    /// <summary>Why what is shown may be old; null while the DPU answers.</summary>
    public string? Lost { get; init; }

    public TopModel With(IEnumerable<JobSummary> changed)
    {
        var jobs = Jobs.SetItems(changed.Select(job => KeyValuePair.Create(job.JobId, job)));
        var old = jobs.Values.Where(job => job.HasEnded).OrderByDescending(job => job.Ended).Skip(EndedMax).Select(job => job.JobId);
        return this with { Jobs = jobs.RemoveRange(old) };
    }

    /// <summary>What runs first, then what is held and what waits in the order in which it came, then what ended, the newest first.</summary>
    public IEnumerable<JobSummary> InOrder() => Jobs.Values
        .OrderBy(job => job.Status switch { "RUNNING" => 0, "HELD" => 1, "QUEUED" => 2, _ => 3 })
        .ThenByDescending(job => job.HasEnded ? job.Ended : null)
        .ThenByDescending(job => job.HasEnded ? 0 : job.Priority)
        .ThenBy(job => job.JobId);
}
