using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Shipping;
using Dpu.Cli.Waiting;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class RunCommand : DpuCommand
{
    private readonly Argument<string> _sequence = new("SEQUENCE") { Description = "Recipes chained with '>'; quote it: 'Reduce>Regrid>Coadd'. Everything behind it that is not listed here is for the recipes" };
    private readonly Option<bool> _wait = new("--wait") { Description = "Follow the job to its end: exit code 1 unless it ends FINISHED" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Show the plan and run nothing" };
    private readonly Option<string?> _time = new("--dpu-time") { Description = "Expected time of the whole job in seconds, instead of the recipes' own estimate", HelpName = "S" };
    private readonly Option<string?> _memory = new("--dpu-mem") { Description = "Memory of each task, such as 2GiB", HelpName = "SIZE" };
    private readonly Option<string?> _version = new("--version") { Description = "Version of the recipes, such as develop; master is the usual one", HelpName = "V" };
    private readonly ShipOptions _ship = new();
    private readonly Option<string?> _priority = new("--priority") { Description = "Higher runs first; 0 is usual", HelpName = "N" };
    private readonly Option<string[]> _after = new("--after") { Description = "Start nothing before this job has ended FINISHED; may be repeated", HelpName = "JOBID" };
    private readonly ContextOptions _belongs = new("your usual one otherwise", "your usual ones otherwise. It reads what all of these may see");
    private readonly NotifyOption _notify = new();
    private readonly Option<string[]> _tags = new("--tag") { Description = "A word of your own on the job; may be repeated", HelpName = "T" };
    private readonly Option<string?> _campaign = new("--campaign") { Description = "The campaign that the job belongs to", HelpName = "NAME" };
    private readonly Option<string?> _unit = new("--unit") { Description = "What of the campaign is processed: an exposure, a tile, a night", HelpName = "TEXT" };
    private readonly Option<string?> _request = new("--request") { Description = "Number of the request within the campaign; 1 is usual", HelpName = "N" };
    private readonly Option<string?> _each = new("--each") { Description = "One job per line of the file (- reads standard input); every {} inside an option is the line", HelpName = "FILE|-" };
    private readonly Option<bool> _json = JsonOption("Print {\"jobId\":…,\"dpu\":…,\"estimatedSeconds\":…}; with --wait the job's end too");

    public RunCommand()
        : base(
            "run",
            "Submits a sequence of recipes and prints the job id",
            "dpu run DomeFlat -i WFI -d 2000-04-28 -f '#842'              all CCDs",
            "dpu run DomeFlat -i WFI -d 2000-04-28 -f '#842' -c ccd50 -C  one CCD, results committed",
            "dpu run 'Reduce>Regrid>Coadd' -i WFI --wait                  follow it to its end",
            "dpu run Reduce -i WFI -o 'CDF4_B_?' --dry-run                the plan only",
            "dpu run 'Regrid>Coadd' -i WFI --after 84820                 when job 84820 has ended FINISHED",
            "dpu run Reduce --dpu-mem 2GiB -- -i WFI --wait x             behind -- everything is the recipe's",
            "dpu run Reduce -o {} --each tiles.txt --campaign KIDS        one job a line, its unit is the line",
            "dpu run ReadNoise -i WFI --code ~/awe                       with code of your own, for this job only; its results are for you alone",
            "dpu run Coadd -i WFI --project KIDS --privileges users       for all users, of what all users may see",
            "dpu options Reduce                                           the options of a recipe")
    {
        foreach (var option in new Option[] { _wait, _dryRun, _time, _memory, _version, _ship.Code, _priority, _after, _tags, _notify.Option, _campaign, _unit, _request, _each, _json }.Concat(_belongs.All))
        {
            Add(option);
        }

        Add(_sequence);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var submission = new JobSubmission(
            invocation.Get(_sequence)!,
            invocation.PassedOn,
            EstimatedSeconds: Values.Seconds("--dpu-time", invocation.Get(_time)),
            MemoryBytes: Values.Size("--dpu-mem", invocation.Get(_memory)),
            Version: Values.NotEmpty("--version", invocation.Get(_version)),
            Priority: Values.WholeNumber("--priority", invocation.Get(_priority), int.MinValue) ?? 0,
            Tags: invocation.Get(_tags) ?? [],
            Campaign: Campaign(invocation))
        {
            After = Values.JobIds(invocation.Get(_after)),
            Project = _belongs.Project(invocation),
            Privileges = _belongs.Privileges(invocation),
            Notify = _notify.Ways(invocation),
        };
        var (json, source) = (invocation.Get(_json), invocation.Get(_each));
        if (source is not null && (invocation.Get(_wait) || invocation.Get(_dryRun)))
        {
            throw new UsageException("--each makes many jobs: --wait and --dry-run are for one. 'dpu campaigns NAME' tells how those of a campaign are.");
        }

        var shipped = await _ship.ShipAsync(invocation, CancellationToken.None);
        submission = submission with { Code = shipped.Code, Settings = shipped.Settings };
        return source is not null ? await new SubmitEach(invocation, json).RunAsync(submission, source)
            : invocation.Get(_dryRun) ? await PlanReport.RunAsync(invocation, json, (client, ct) => client.PreviewAsync(submission, ct))
            : await new SubmitAndWait(invocation, json, invocation.Get(_wait)).RunAsync((client, key, ct) => client.SubmitAsync(submission, key, ct));
    }

    private CampaignPlace? Campaign(Invocation invocation)
    {
        var unit = invocation.Get(_unit);
        var request = Values.WholeNumber("--request", invocation.Get(_request), 1);
        return Values.NotEmpty("--campaign", invocation.Get(_campaign)) is { } name
            ? new CampaignPlace(name, unit ?? "", request ?? 1)
            : unit is null && request is null
                ? null
                : throw new UsageException("--unit and --request belong to a campaign: name it with --campaign.");
    }
}
