using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Membership;
using Dpu.Domain.Notifications;
using Dpu.Domain.Scaling;
using Dpu.Domain.Shipping;
using Dpu.Domain.Users;

namespace Dpu.Journal.Tests.EventJournal;

/// <summary>The events that the golden journal tells, as objects, in its order.</summary>
internal static class GoldenEvents
{
    private const string EmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private const string FooSha256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

    private static readonly DateTimeOffset Morning = new(2000, 4, 28, 8, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Submission = new(2000, 4, 28, 9, 55, 55, TimeSpan.Zero);

    /// <summary>What the first version could tell.</summary>
    public static object[] V1 { get; } =
    [
        new JobEvent.Submitted(
            new JobId(84820),
            new JobSpec("Reduce>Coadd", "fokke", 3, ["night, 28", "\"april\""], true, 10.5, "key-1", "f00d"),
            new JobPlan(
                [new InputFile("raw-1a2b", "/raw/WFI 50.fits", "raw-science", Metadata(
                    ("chip", MetadataValue.Of("ccd50")), ("exptime", MetadataValue.Of(60.5)), ("good", MetadataValue.Of(true)), ("patch", MetadataValue.Of("8,6"))))],
                [
                    new StepPlan("Reduce", "Reduce", 0, 1, new Resources(1, 512 << 20), TimeSpan.FromSeconds(20), new StepWork.Groups(
                        [new StepCommand("Reduce", "Reduce", ["dpu-calibration", "reduce"], [], [], Texts(("chip", "\"ccd50\""), ("commit", "true")))],
                        [InputRule.InPlace("science", [])],
                        [new OutputRule("reduced", "reduced", "*_reduced_*.fits", true)],
                        [new TaskGroup(Texts(("chip", "ccd50")), Inputs(("science", 0)), [])])),
                    new StepPlan("Coadd", "Coadd", 1, 1, new Resources(2, 0), null, new StepWork.Groups(
                        [new StepCommand("Coadd", "Coadd", ["dpu-calibration", "coadd"], [], [], Texts())], [InputRule.InPlace("reduced", ["reduced"])], [], [new TaskGroup(Texts(), Inputs(), [0])])),
                ]),
            Submission.AddTicks(1234567)),
        Exec(1, "key-2", "echo", ["echo", "{}"], TaskLines.Pack(["line 1", "line, 2"])),
        Exec(2, "key-3", "true", ["true"], null),
        new JobEvent.TasksStarted(
            "schmidt", new Guid("11111111-2222-3333-4444-555555555555"), [new TaskAttempt(0, 1), new TaskAttempt(7, 2)], Submission.AddSeconds(1)),
        new JobEvent.TasksEnded(
            "schmidt",
            [
                new AttemptEnd(
                    0, 1, null, false, "",
                    new AttemptExit(EndReason.Exited, 0, null, Submission.AddSeconds(1), Submission.AddSeconds(3.5), 1.25, 1 << 20, MemorySource.Sampled, 42),
                    ["raw-1a2b"],
                    [new OutputFile("84820.0.1.reduced", "reduced", "84820/0/1/WFI.fits", 2880, EmptySha256, "reduced", true,
                        Metadata(("chip", MetadataValue.Of("ccd50"))), ["raw-1a2b"])]),
                new AttemptEnd(
                    7, 2, FailureCause.Memory, true, "It held more than 512 MiB.",
                    new AttemptExit(EndReason.Memory, null, 9, Submission.AddSeconds(1), Submission.AddSeconds(2), 0, 0, MemorySource.ResourceUsage, 0),
                    [],
                    []),
                new AttemptEnd(8, 1, FailureCause.Launch, false, "No such program.", null, [], []),
            ],
            Submission.AddSeconds(4)),
        new JobEvent.AttemptsLost("schmidt", "silent for 5 minutes", [new TaskAttempt(3, 1)], Morning.AddHours(2)),
        new JobEvent.TasksAborted([new TaskRange(4, 1), new TaskRange(10, 1_000_000)], "cancelled", Morning.AddHours(2).AddSeconds(1)),
        new JobEvent.CancelRequested("fokke", true, Morning.AddHours(2).AddSeconds(1)),
        new CatalogEvent.FilesRegistered(
            [
                new CatalogFile("raw-1a2b", "WFI 50.fits", "/raw/WFI 50.fits", 5760, EmptySha256, "raw-science", Metadata(("chip", MetadataValue.Of("ccd50"))), null, true, Morning),
                new CatalogFile("1.0.2.x", "x", "x", 0, "", "x", Metadata(), new AttemptId(new JobId(1), 0, 2), false, Morning),
            ],
            Morning),
    ];

    /// <summary>What came with the second.</summary>
    private static object[] NewInV2 { get; } =
    [
        new JobEvent.Submitted(
            new JobId(3),
            new JobSpec("hsc-proto", "fokke", 0, [], false, 0, "key-4", "")
            {
                Asked = new AskedOptions(["--tract", "0"], """{"patch":"8,6"}""", 1 << 30),
                After = [new JobId(1), new JobId(2)],
                Campaign = new CampaignUnit("PROTO, 0.1", 11, "8,6", 95),
            },
            new JobPlan([], [Warp]),
            Submission),
        new JobEvent.TasksHeld("schmidt", [Held], "seeing", Submission.AddSeconds(4)),
        new JobEvent.TasksEnded(
            "schmidt",
            [new AttemptEnd(1, 1, FailureCause.Memory, true, "It held more than 512 MiB.", null, [], []) { NextMemoryBytes = 1 << 30, Elsewhere = true }],
            Submission.AddSeconds(4)),
        new JobEvent.Held("fokke", "wait, please", Submission.AddSeconds(5)),
        new JobEvent.Released("fokke", Submission.AddSeconds(6)),
        new JobEvent.PriorityChanged("fokke", -3, Submission.AddSeconds(7)),
        new JobEvent.PrerequisitesMet([new JobId(1), new JobId(2)], Submission.AddSeconds(8)),
        new JobEvent.TasksReopened("fokke", "key-5", [new TaskRange(0, 2)], [new StepChange(0, [WarpCommand("warp")], 2L << 30)], Submission.AddSeconds(9)),
        new MembershipEvent.KeyCreated("0123abcd", EmptySha256, true, Morning.AddDays(7), "fokke", "rack 7, \"gpu\"", Morning),
        new MembershipEvent.KeyRevoked("0123abcd", "fokke", Morning.AddSeconds(4)),
        new MembershipEvent.IdentityRevoked("schmidt", "fokke", Morning.AddSeconds(5)),
        new MembershipEvent.NodeJoined("schmidt", "0123abcd", FooSha256, Morning.AddSeconds(1)),
        new MembershipEvent.NodeDrained("schmidt", "fokke", Morning.AddSeconds(2)),
        new MembershipEvent.NodeResumed("schmidt", "fokke", Morning.AddSeconds(3)),
        new MembershipEvent.NodeDescribed("schmidt", new Resources(16, 64L << 30), ["gpu", "a, b"], Morning.AddSeconds(5)),
        new MembershipEvent.NodeLeft("schmidt", Morning.AddSeconds(6)),
    ];

    private static StepPlan Warp => new("warp", "makeWarp", 0, 2, new Resources(1, 0), null, new StepWork.Groups(
        [WarpCommand("warp"), WarpCommand("check")],
        [new InputRule("corr", ["calexp"], "corr", "{visit}-{ccd}.fits", true) { UpstreamSteps = [0, 2] }],
        [new OutputRule("warp", "warp", "warp-{patch}-{job}.{task}.{attempt}.fits", true) { Folder = "deepCoadd/{filter}" }],
        [new TaskGroup(Texts(("patch", "8,6")), Inputs(), []), new TaskGroup(Texts(("patch", "8,7")), Inputs(), [])]))
    {
        Rules = new StepRules(
            new Placement(PlacementKind.SingleNode, ["gpu, big"], [new HostRange("lce001", 0, 2)]),
            MaxPerNode: 8,
            MaxAtOnce: 3,
            ExpectedSeconds: 12.5,
            new RetryRules(2, 3, 2, 4, 5, 6, 1.5, 1L << 40),
            [new ExitRule(75, FailureCause.Launch, false), new ExitRule(2, FailureCause.Recipe, true)],
            [
                new LogPattern("oom", "MemoryError", FindingLevel.Error, FindingAction.Fail, FailureCause.Memory),
                new LogPattern("seeing", @"seeing > \d", FindingLevel.Warning, FindingAction.Hold, null),
            ]),
    };

    private static AttemptEnd Held => new(
        0, 1, null, false, "",
        new AttemptExit(EndReason.Exited, 0, null, Submission.AddSeconds(1), Submission.AddSeconds(3.5), 1.25, 1 << 20, MemorySource.Sampled, 42), [], [])
    {
        Findings = [new LogFinding("seeing", FindingLevel.Warning, Submission.AddSeconds(2), "seeing > 3, \"bad\"", 12)],
    };

    /// <summary>What came with the third.</summary>
    private static object[] NewInV3 { get; } =
    [
        new JobEvent.TasksEnded(
            "schmidt",
            [new AttemptEnd(1, 2, null, false, "", null, [], []) { StagingInSeconds = 12.5, SavingSeconds = 0.25 }],
            Submission.AddSeconds(4)),
        new ScalingEvent.TargetSet(2, "slurm", "fokke", Morning),
        new ScalingEvent.TargetSet(null, "gridengine", "fokke", Morning.AddSeconds(1)),
        new ScalingEvent.PilotOrdered("pilot-dpu-0123abcd", "slurm", Morning.AddSeconds(2)),
        new ScalingEvent.PilotSubmitted("pilot-dpu-0123abcd", "84820"),
        new ScalingEvent.PilotJoined("pilot-dpu-0123abcd"),
        new ScalingEvent.PilotDrained("pilot-dpu-0123abcd"),
        new ScalingEvent.PilotEnded("pilot-dpu-0123abcd", null, Morning.AddSeconds(3)),
        new ScalingEvent.PilotEnded("pilot-dpu-4567cdef", "sbatch: it said \"no\", and why", Morning.AddSeconds(4)),
    ];

    /// <summary>What the second version could tell.</summary>
    public static object[] V2 { get; } = [.. V1, .. NewInV2];

    /// <summary>What the third version could tell.</summary>
    public static object[] V3 { get; } = [.. V2, .. NewInV3];

    /// <summary>What came with the fourth.</summary>
    private static object[] NewInV4 { get; } =
    [
        new JobEvent.Submitted(
            new JobId(4),
            new JobSpec("exec", "jane", 0, [], false, 0, "key-6", "")
            {
                Context = new WorkContext("KIDS, north", Privileges.MyDb),
                Isolated = true,
                Version = "develop",
                Code = new ShippedCode(FooSha256, 4096),
                Settings = new ShippedSettings(Texts(("AWEPIPE", "/home/jane/awe"), ("project", "KIDS, \"north\"")), "[global]\nproject : KIDS\n"),
            },
            new JobPlan([], [new StepPlan("true", null, 0, 1, new Resources(1, 0), null, new StepWork.Exec(["true"], null))]),
            Submission),
        new JobEvent.ContextChanged("fokke", new WorkContext("KIDS, north", Privileges.World), Submission.AddSeconds(10)),
        new CatalogEvent.FilesRegistered(
            [
                new CatalogFile("raw-3c4d", "b.fits", "/raw/b.fits", 2880, EmptySha256, "raw-bias", Metadata(), null, true, Morning)
                {
                    Owner = "jane",
                    Context = new WorkContext("KIDS, north", Privileges.Project),
                    CodeSha256 = FooSha256,
                },
            ],
            Morning),
        new UserEvent.Added("jane", UserType.Steering, ["KIDS, north", "OmegaCAM"], new WorkContext("KIDS, north", Privileges.Project), "fokke", Morning),
        new UserEvent.Changed("jane", UserType.Developer, [], WorkContext.Usual, "fokke", Morning.AddSeconds(1)),
        new UserEvent.PasswordSet("jane", "pbkdf2-sha256:600000:AAECAwQFBgcICQoLDA0ODw==:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "jane", Morning.AddSeconds(2)),
        new UserEvent.Disabled("jane", "fokke", Morning.AddSeconds(3)),
        new UserEvent.Enabled("jane", "fokke", Morning.AddSeconds(4)),
        new UserEvent.TokenCreated("u0123abcd", "jane", EmptySha256, Morning.AddDays(30), false, "laptop, \"old\"", "jane", Morning.AddSeconds(5)),
        new UserEvent.TokenRevoked("u0123abcd", "jane", "fokke", Morning.AddSeconds(6)),
        new UserEvent.Locked("jane", 5, Morning.AddSeconds(7)),
        new UserEvent.Acted("fokke", "look", "job 4", "jane", "logs", Morning.AddSeconds(8)),
    ];

    /// <summary>What the fourth version could tell.</summary>
    public static object[] V4 { get; } = [.. V3, .. NewInV4];

    /// <summary>What came with the fifth.</summary>
    private static object[] NewInV5 { get; } =
    [
        new JobEvent.Submitted(
            new JobId(5),
            new JobSpec("exec", "jane", 0, [], false, 0, "key-6", "")
            {
                Context = new WorkContext("KIDS, north", Privileges.MyDb),
                Isolated = true,
                Version = "develop",
                Notify = [NotifyWay.Mail, NotifyWay.Webhook],
                Trace = new TraceRoot("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"),
                Code = new ShippedCode(FooSha256, 4096),
                Settings = new ShippedSettings(Texts(("AWEPIPE", "/home/jane/awe"), ("project", "KIDS, \"north\"")), "[global]\nproject : KIDS\n"),
            },
            new JobPlan([], [new StepPlan("true", null, 0, 1, new Resources(1, 0), null, new StepWork.Exec(["true"], null))]),
            Submission),
        new NotificationEvent.SettingsChanged(
            "jane", new NotifySettings("jane@example.org", new WebhookTarget("https://hooks.example.org/a,b", "0123456789abcdef"), NotifyWhen.Failed), Morning.AddSeconds(9)),
        new NotificationEvent.Noticed(
            4711,
            [new DueNotification(NotifyWay.Mail, new EndedJob(new JobId(4), "Reduce>Coadd", "jane", JobStatus.Failed, new TaskCounts(73, 2, 0, 0, 0), Morning, null, Morning.AddSeconds(100)))],
            Morning.AddSeconds(101)),
        new NotificationEvent.Failed("job-4-956908900000-mail", "the mail server said '450 later'", Morning.AddSeconds(112), Morning.AddSeconds(102)),
        new NotificationEvent.Delivered("job-4-956908900000-mail", Morning.AddSeconds(113)),
    ];

    /// <summary>Everything that today's version can tell, each at least once.</summary>
    public static object[] All { get; } = [.. V4, .. NewInV5];

    private static StepCommand WarpCommand(string name) => new(
        name,
        "makeWarp",
        ["warp", "--repo", "."],
        [new ArgumentRule(["--selectId", "visit={visit}", "ccd={ccd}"], "corr", null), new ArgumentRule(["filter={filter}"], "corr", "^")],
        [new ListRule("corrs", "corr.list", "corr", ["{path}", "visit"], "\t")],
        Texts());

    private static JobEvent.Submitted Exec(int job, string key, string name, ImmutableArray<string> command, TaskLines? lines) => new(
        new JobId(job),
        new JobSpec("exec", "fokke", 0, [], false, 0, key, ""),
        new JobPlan([], [new StepPlan(name, null, 0, lines?.Count ?? 1, new Resources(1, 0), null, new StepWork.Exec(command, lines))]),
        Submission);

    private static ImmutableSortedDictionary<string, MetadataValue> Metadata(params (string Key, MetadataValue Value)[] values) =>
        values.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value);

    private static ImmutableSortedDictionary<string, string> Texts(params (string Key, string Value)[] values) =>
        values.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value);

    private static ImmutableSortedDictionary<string, ImmutableArray<int>> Inputs(params (string Key, int File)[] values) =>
        values.ToImmutableSortedDictionary(pair => pair.Key, pair => ImmutableArray.Create(pair.File));
}
