using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class JobsCommand : DpuCommand
{
    private static readonly string[] Statuses = ["QUEUED", "RUNNING", "HELD", "FINISHED", "FAILED", "CANCELLED"];

    private readonly Option<bool> _all = new("--all") { Description = "Everybody's jobs" };
    private readonly Option<string?> _user = new("--user") { Description = "The jobs of one user", HelpName = "U" };
    private readonly Option<string?> _status = new("--status") { Description = string.Join(", ", Statuses), HelpName = "S" };
    private readonly Option<string?> _limit = new("--limit") { Description = "At most so many", HelpName = "N" };
    private readonly Option<bool> _json = JsonOption("One JSON array, as of 'status --json'");

    public JobsCommand()
        : base("jobs", "Lists jobs, newest first", "dpu jobs", "dpu jobs --all --status running", "dpu jobs --user schmidt --limit 10 --json")
    {
        foreach (var option in new Option[] { _all, _user, _status, _limit, _json })
        {
            Add(option);
        }
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var query = new JobQuery
        {
            All = invocation.Get(_all),
            User = Values.NotEmpty("--user", invocation.Get(_user)),
            Status = Status(invocation.Get(_status)),
            Limit = Values.WholeNumber("--limit", invocation.Get(_limit), 1),
        };
        if (query is { All: true, User: not null })
        {
            throw new UsageException("--all and --user exclude each other.");
        }

        var context = invocation.Context;
        using var http = context.OpenClient(invocation.Dpu);
        var jobs = await http.GetJobsAsync(query, CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(jobs, ApiJson.Readable.IReadOnlyListJobSummary);
            return ExitCodes.Done;
        }

        Write(jobs, context);
        return ExitCodes.Done;
    }

    private static void Write(IReadOnlyList<JobSummary> jobs, CliContext context)
    {
        var zone = context.Time.LocalTimeZone;
        var table = new Table("JOBID", "STATUS", "N/E/A/S/U", "USER", "SUBMITTED", "RUNNING TIME", "SEQUENCE").Right(0, 5);
        foreach (var job in jobs)
        {
            table.Add(
                Units.Number(job.JobId),
                job.Status,
                job.Counts.ToString(),
                job.User,
                Units.Time(job.Submitted, zone),
                job.Started is { } started ? Units.Duration((job.Ended ?? context.Time.GetUtcNow()) - started) : "",
                job.Sequence);
        }

        table.WriteTo(context.Out);
    }

    private static string? Status(string? text)
    {
        var status = text?.ToUpperInvariant();
        return status is null || Statuses.Contains(status)
            ? status
            : throw new UsageException($"'{text}' is no status. Known are: {string.Join(", ", Statuses)}.");
    }
}
