using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

/// <summary>The jobs that a command line means: those named, in that order, or the caller's own.</summary>
internal sealed record JobSelection(IReadOnlyList<JobSummary> Found, IReadOnlyList<int> Missing)
{
    // They travel in the address of the request, whose length servers bound.
    private const int IdsPerRequestMax = 200;

    public static async Task<JobSelection> GetAsync(DpuHttpClient http, IReadOnlyList<int> ids, CancellationToken ct)
    {
        if (ids.Count == 0)
        {
            return new(await http.GetJobsAsync(new JobQuery(), ct), []);
        }

        var byId = new Dictionary<int, JobSummary>();
        foreach (var some in ids.Chunk(IdsPerRequestMax))
        {
            foreach (var job in await http.GetJobsAsync(new JobQuery { Ids = some }, ct))
            {
                byId[job.JobId] = job;
            }
        }

        return new([.. ids.Where(byId.ContainsKey).Select(id => byId[id])], [.. ids.Where(id => !byId.ContainsKey(id))]);
    }

    /// <summary>Says which jobs do not exist, and returns the fitting exit code.</summary>
    public int SayMissing(CliContext context)
    {
        foreach (var id in Missing)
        {
            context.Say($"dpu: There is no job {id}.");
        }

        return Missing.Count == 0 ? ExitCodes.Done : ExitCodes.WrongCommand;
    }
}
