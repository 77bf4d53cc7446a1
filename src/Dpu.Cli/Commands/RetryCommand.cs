using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class RetryCommand : DpuCommand
{
    private readonly Argument<string> _id = new("JOBID") { Description = "Which job; it must have ended" };
    private readonly Option<string?> _memory = new("--mem") { Description = "Memory of each task that runs again, such as 2GiB", HelpName = "SIZE" };
    private readonly Option<string[]> _set = new("--set") { Description = "Another value for an option of its recipes; may be repeated", HelpName = "NAME=VALUE" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Show what would run again and run nothing" };
    private readonly Option<bool> _json = JsonOption("The job as of 'status --json'; with --dry-run {\"jobId\":…,\"tasks\":…,\"steps\":[…]}");

    public RetryCommand()
        : base(
            "retry",
            "Runs a job that has ended again, under its own number: what did not end normally, and what a change concerns",
            "dpu retry 84820                          what failed or was aborted",
            "dpu retry 84820 --mem 4GiB               the same, with more memory",
            "dpu retry 84820 --set threshold=5        all tasks of the recipes that know it, and what depends on them",
            "dpu retry 84820 --set threshold=5 --dry-run")
    {
        foreach (var option in new Option[] { _memory, _set, _dryRun, _json })
        {
            Add(option);
        }

        Add(_id);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var id = Values.JobId(invocation.Get(_id)!);
        var request = new RetryRequest(Values.Size("--mem", invocation.Get(_memory)), [.. (invocation.Get(_set) ?? []).Select(Assignment)]);
        using var http = context.OpenClient(invocation.Dpu, context.Say);
        await using var client = new DpuClient(http);
        var plan = await client.PreviewRetryAsync(id, request, CancellationToken.None);
        if (invocation.Get(_dryRun))
        {
            Show(plan, context, invocation.Get(_json));
            return ExitCodes.Done;
        }

        RetryText.Write(plan, context.Error);
        var job = await client.RetryAsync(id, request, IdempotencyKey.Create(), CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(job, ApiJson.Readable.JobSummary);
        }
        else
        {
            context.Out.WriteLine(StatusLine.Of(job));
        }

        return ExitCodes.Done;
    }

    private static string Assignment(string text) => text.IndexOf('=', StringComparison.Ordinal) > 0
        ? text
        : throw new UsageException($"--set takes NAME=VALUE, such as threshold=5, not '{text}'.");

    private static void Show(RetryPlan plan, CliContext context, bool json)
    {
        if (json)
        {
            context.WriteJson(plan, ApiJson.Readable.RetryPlan);
        }
        else
        {
            RetryText.Write(plan, context.Error);
        }
    }
}
