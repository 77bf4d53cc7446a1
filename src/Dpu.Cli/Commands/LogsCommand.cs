using System.CommandLine;
using System.Text.Json;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class LogsCommand : DpuCommand
{
    private readonly Argument<string[]> _ids = new("JOBID") { Description = "Which jobs; without any, your own", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _task = new("--task") { Description = "Only the lines of this task, a number from 0", HelpName = "T" };
    private readonly Option<bool> _follow = new("--follow") { Description = "Go on until the job ends; the head with its job_status then stands below the lines" };
    private readonly Option<bool> _json = JsonOption("One JSON array of lines; with --follow one JSON object a line");

    public LogsCommand()
        : base(
            "logs",
            "What jobs printed: a head with job_status (0: the job is FINISHED, 1: it is not), then its lines",
            "dpu logs 84820",
            "dpu logs 84820 --task 3",
            "dpu logs 84820 --follow",
            "dpu logs 84820 --json | jq -r .[].text")
    {
        Add(_ids);
        Add(_task);
        Add(_follow);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var ids = (invocation.Get(_ids) ?? []).Select(Values.JobId).Distinct().ToList();
        var task = Values.WholeNumber("--task", invocation.Get(_task), 0);
        var (follow, json) = (invocation.Get(_follow), invocation.Get(_json));
        using var http = invocation.Context.OpenClient(invocation.Dpu);
        var jobs = await JobSelection.GetAsync(http, ids, CancellationToken.None);
        // Newest first in lists, but a log reads from the oldest on.
        var inOrder = WithTask(task, ids.Count > 0, ids.Count > 0 ? jobs.Found : [.. jobs.Found.Reverse()]);
        if (follow)
        {
            await FollowAsync(invocation.Context, http, inOrder, task, json);
        }
        else if (json)
        {
            await WriteArrayAsync(invocation.Context, http, inOrder, task);
        }
        else
        {
            await WriteBlocksAsync(invocation.Context, http, inOrder, task);
        }

        return jobs.SayMissing(invocation.Context);
    }

    /// <summary>Those that have the task. A job that was named must have it: an empty log would look as if it had printed nothing.</summary>
    private static IReadOnlyList<JobSummary> WithTask(int? task, bool named, IReadOnlyList<JobSummary> jobs)
    {
        if (task is not { } number)
        {
            return jobs;
        }

        var without = jobs.FirstOrDefault(job => job.Counts.Total <= number);
        return without is null || !named
            ? [.. jobs.Where(job => job.Counts.Total > number)]
            : throw new UsageException($"Job {without.JobId} has no task {number}: it has {without.Counts.Total} {(without.Counts.Total == 1 ? "task, number 0" : $"tasks, numbers 0 to {without.Counts.Total - 1}")}.");
    }

    private static async Task WriteBlocksAsync(CliContext context, DpuHttpClient http, IReadOnlyList<JobSummary> jobs, int? task)
    {
        var block = new LogBlock(context.Out, context.Time.LocalTimeZone, context.OutIsTerminal);
        foreach (var job in jobs)
        {
            block.WriteHead(job.Status, context.Time.GetUtcNow());
            await foreach (var line in http.GetLogsAsync(job.JobId, task, CancellationToken.None))
            {
                block.Write(line);
            }

            if (!job.HasEnded)
            {
                context.Out.Flush();
                context.Say($"Job {job.JobId} has status {job.Status}: job_status is 1 until it is FINISHED. 'dpu logs --follow {job.JobId}' goes on.");
            }
        }
    }

    private static async Task WriteArrayAsync(CliContext context, DpuHttpClient http, IReadOnlyList<JobSummary> jobs, int? task)
    {
        var before = "[";
        foreach (var job in jobs)
        {
            await foreach (var line in http.GetLogsAsync(job.JobId, task, CancellationToken.None))
            {
                // Streamed: a log may be larger than the memory.
                context.Out.Write(before);
                context.Out.Write(JsonSerializer.Serialize(line, ApiJson.Readable.LogLine));
                before = ",\n";
            }
        }

        context.Out.WriteLine(before == "[" ? "[]" : "]");
    }

    private static async Task FollowAsync(CliContext context, DpuHttpClient http, IReadOnlyList<JobSummary> jobs, int? task, bool json)
    {
        using var interrupt = context.CatchInterrupt();
        var block = new LogBlock(context.Out, context.Time.LocalTimeZone, context.OutIsTerminal);
        foreach (var job in jobs)
        {
            await foreach (var line in http.FollowLogsAsync(job.JobId, task, interrupt.Token))
            {
                if (json)
                {
                    context.WriteJson(line, ApiJson.Readable.LogLine);
                }
                else
                {
                    block.Write(line);
                }

                context.Out.Flush();
            }

            if (!json)
            {
                var ended = await http.GetJobAsync(job.JobId, tasks: false, interrupt.Token);
                block.WriteHead(ended.Status, context.Time.GetUtcNow());
            }
        }
    }
}
