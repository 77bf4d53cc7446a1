using Dpu.Cli.Commands;

namespace Dpu.Cli;

/// <summary>The commands in the order in which <c>dpu --help</c> shows them.</summary>
internal static class CommandList
{
    public static IEnumerable<DpuCommand> Create() =>
    [
        new DemoCommand(),
        new ServeCommand(),
        new NodeCommand(),
        new RunCommand(),
        new ExecCommand(),
        new JobsCommand(),
        new StatusCommand(),
        new ShowCommand(),
        new ExplainCommand(),
        new LogsCommand(),
        new ResultsCommand(),
        new CancelCommand(),
        new HoldCommand(),
        new ReleaseCommand(),
        new PriorityCommand(),
        new RetryCommand(),
        new RerunCommand(),
        new PromoteCommand(),
        new CampaignsCommand(),
        new SequencesCommand(),
        new OptionsCommand(),
        new IngestCommand(),
        new FilesCommand(),
        new ProvenanceCommand(),
        new StatsCommand(),
        new TopCommand(),
        new NodesCommand(),
        new DrainCommand(),
        new ResumeCommand(),
        new LostCommand(),
        new ScaleCommand(),
        new OpenCommand(),
        new ReloadCommand(),
        new NotifyCommand(),
        new LoginCommand(),
        new LogoutCommand(),
        new WhoAmICommand(),
        new KeyCommand(),
        new AweCommand(),
        new UserCommand(),
        new AuditCommand(),
        new ConfigCommand(),
        new DoctorCommand(),
    ];
}
