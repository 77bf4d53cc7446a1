using Dpu.Client.Contracts;
using Dpu.Pages.Rendering;

namespace Dpu.Pages.Jobs;

/// <summary>What stands above every page of a job.</summary>
/// <param name="Job">The job.</param>
/// <param name="Now">The moment at which the page is drawn.</param>
public sealed record JobHead(JobDetail Job, DateTimeOffset Now)
{
    public int Id => Job.JobId;

    public bool HasEnded => Job.Ended is not null;

    /// <summary>Tasks that are over, however they ended.</summary>
    public int Over => Job.Counts.N + Job.Counts.E + Job.Counts.A;

    internal static async Task<JobHead> ReadAsync(Visit visit) =>
        new(await visit.Api.GetAsync($"/jobs/{visit.RouteText("id")}", ApiJson.Default.JobDetail), visit.Time.GetUtcNow());
}
