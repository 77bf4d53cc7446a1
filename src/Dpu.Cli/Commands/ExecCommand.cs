using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Shipping;
using Dpu.Cli.Waiting;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class ExecCommand : DpuCommand
{
    private readonly Argument<string[]> _command = new("COMMAND") { Description = "A program and its arguments, behind '--'. Every {} inside an argument is the line", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _each = new("--each") { Description = "One task per line of the file; - reads standard input", HelpName = "FILE|-" };
    private readonly Option<string?> _mapfile = new("--mapfile") { Description = "One task per file of a mapfile, host=[ file, file ], each on its host; {} is the file. localhost is this DPU's own node", HelpName = "FILE" };
    private readonly Option<string?> _maxPerNode = new("--max-per-node") { Description = "How many of its tasks may run on one node at once", HelpName = "N" };
    private readonly Option<string?> _time = new("--time") { Description = "Expected time of each task in seconds: with it short jobs find gaps", HelpName = "S" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Show the plan, tasks per node with a mapfile, and run nothing" };
    private readonly Option<string?> _memory = new("--mem") { Description = "Memory of each task, such as 512MiB", HelpName = "SIZE" };
    private readonly Option<string?> _cpus = new("--cpus") { Description = "Cpus of each task", HelpName = "N" };
    private readonly Option<string?> _priority = new("--priority") { Description = "Higher runs first; 0 is usual", HelpName = "N" };
    private readonly Option<string[]> _after = new("--after") { Description = "Start nothing before this job has ended FINISHED; may be repeated", HelpName = "JOBID" };
    private readonly ContextOptions _belongs = new("your usual one otherwise", "your usual ones otherwise. It reads what all of these may see");
    private readonly NotifyOption _notify = new();
    private readonly Option<string[]> _tags = new("--tag") { Description = "A word of your own on the job; may be repeated", HelpName = "T" };
    private readonly ShipOptions _ship = new();
    private readonly Option<bool> _wait = new("--wait") { Description = "Follow the job to its end: exit code 1 unless it ends FINISHED" };
    private readonly Option<bool> _json = JsonOption("Print {\"jobId\":…,\"dpu\":…,\"estimatedSeconds\":…}; with --wait the job's end too");

    public ExecCommand()
        : base(
            "exec",
            "Runs a command of your own, one task per line of input, and prints the job id",
            "dpu exec --wait -- hostname",
            "ls *.fits | dpu exec --each - -- fitsverify {}          a name with blanks or commas stays one argument",
            "dpu exec --each frames.txt --mem 2GiB -- ./measure --in={} --out={}.txt",
            "dpu exec --mapfile L20852.map --max-per-node 2 -- ndppp msin={}",
            "dpu exec --after 84820 -- ./summary                     when job 84820 has ended FINISHED",
            "dpu exec -- sh -c 'make > log 2>&1'                      a shell only where you ask for one")
    {
        foreach (var option in new Option[] { _each, _mapfile, _maxPerNode, _memory, _cpus, _priority, _after, _tags, _notify.Option, _time, _ship.Code, _wait, _dryRun, _json }.Concat(_belongs.All))
        {
            Add(option);
        }

        Add(_command);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var before = invocation.Get(_command) ?? [];
        IReadOnlyList<string> command = invocation.PassedOn.Count == 0
            ? before
            : before.Length == 0
                ? invocation.PassedOn
                : throw new UsageException($"'{before[0]}' stands before '--'. Write: dpu exec [options] -- COMMAND [ARG…]");
        if (command.Count == 0 || command[0].Length == 0)
        {
            throw new UsageException("Nothing to run. Write: dpu exec [options] -- COMMAND [ARG…]");
        }

        var (each, mapfile) = (invocation.Get(_each), invocation.Get(_mapfile));
        if (each is not null && mapfile is not null)
        {
            throw new UsageException("--each and --mapfile both say what to run the command for: give one of them.");
        }

        var lines = each is null ? null : await InputLines.FromAsync(invocation.Context, each);
        var submission = new ExecSubmission(
            command,
            lines,
            Values.WholeNumber("--cpus", invocation.Get(_cpus), 1),
            Values.Size("--mem", invocation.Get(_memory)),
            invocation.Get(_tags) ?? [],
            Values.WholeNumber("--priority", invocation.Get(_priority), int.MinValue) ?? 0,
            mapfile is null ? null : await MapfileText.ReadAsync(mapfile, CancellationToken.None),
            Values.WholeNumber("--max-per-node", invocation.Get(_maxPerNode), 1),
            Values.Seconds("--time", invocation.Get(_time)))
        {
            After = Values.JobIds(invocation.Get(_after)),
            Project = _belongs.Project(invocation),
            Privileges = _belongs.Privileges(invocation),
            Notify = _notify.Ways(invocation),
        };
        var shipped = await _ship.ShipAsync(invocation, CancellationToken.None);
        submission = submission with { Code = shipped.Code, Settings = shipped.Settings };
        if (invocation.Get(_dryRun))
        {
            return await PlanReport.RunAsync(invocation, invocation.Get(_json), (client, ct) => client.PreviewAsync(submission, ct));
        }

        return await new SubmitAndWait(invocation, invocation.Get(_json), invocation.Get(_wait))
            .RunAsync((client, key, ct) => client.SubmitAsync(submission, key, ct));
    }
}
