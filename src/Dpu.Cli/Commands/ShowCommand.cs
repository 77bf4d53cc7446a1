using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class ShowCommand : DpuCommand
{
    private readonly Argument<string> _id = new("JOBID") { Description = "Which job" };
    private readonly Option<bool> _tasks = new("--tasks") { Description = "Every task with its attempts; otherwise only those that went wrong" };
    private readonly Option<bool> _json = JsonOption("The job as of 'status --json' with its steps, and with --tasks its tasks");

    public ShowCommand()
        : base("show", "A job's steps, tasks, attempts, times and failures", "dpu show 84820", "dpu show 84820 --tasks", "dpu show 84820 --tasks --json")
    {
        Add(_id);
        Add(_tasks);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var (id, tasks) = (Values.JobId(invocation.Get(_id)!), invocation.Get(_tasks));
        using var http = context.OpenClient(invocation.Dpu);
        var job = await http.GetJobAsync(id, tasks, CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(job, ApiJson.Readable.JobDetail);
            return ExitCodes.Done;
        }

        var counts = job.Counts;
        if (!tasks && counts.E + counts.U + counts.A > 0)
        {
            job = await WithTasksAsync(http, job, context);
        }

        new JobText(context, context.Out).Write(job, everyTask: tasks);
        return ExitCodes.Done;
    }

    /// <summary>Whoever may not look into it sees its line all the same.</summary>
    private static async Task<JobDetail> WithTasksAsync(DpuHttpClient http, JobDetail job, CliContext context)
    {
        try
        {
            return await http.GetJobAsync(job.JobId, tasks: true, CancellationToken.None);
        }
        catch (DpuNotAllowedException no)
        {
            context.Say($"dpu: {no.Message}");
            return job;
        }
    }
}
