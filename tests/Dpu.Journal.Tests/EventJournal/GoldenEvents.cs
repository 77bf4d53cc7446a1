using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Journal.Tests.EventJournal;

/// <summary>The events that the golden journal tells, as objects, in its order.</summary>
internal static class GoldenEvents
{
    private const string EmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly DateTimeOffset Morning = new(2000, 4, 28, 8, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Submission = new(2000, 4, 28, 9, 55, 55, TimeSpan.Zero);

    public static object[] All { get; } =
    [
        new JobEvent.Submitted(
            new JobId(84820),
            new JobSpec("Reduce>Coadd", "fokke", 3, ["night, 28", "\"april\""], true, 10.5, "key-1", "f00d"),
            new JobPlan(
                [new InputFile("raw-1a2b", "/raw/WFI 50.fits", "raw-science", Metadata(
                    ("chip", MetadataValue.Of("ccd50")), ("exptime", MetadataValue.Of(60.5)), ("good", MetadataValue.Of(true)), ("patch", MetadataValue.Of("8,6"))))],
                [
                    new StepPlan("Reduce", "Reduce", 0, 1, ["dpu-calibration", "reduce"], new Resources(1, 512 << 20), TimeSpan.FromSeconds(20), new StepWork.Groups(
                        Texts(("chip", "\"ccd50\""), ("commit", "true")),
                        "science",
                        [],
                        [new OutputRule("reduced", "reduced", "*_reduced_*.fits", true)],
                        [new TaskGroup(Texts(("chip", "ccd50")), Inputs(("science", 0)), [])])),
                    new StepPlan("Coadd", "Coadd", 1, 1, ["dpu-calibration", "coadd"], new Resources(2, 0), null, new StepWork.Groups(
                        Texts(), "reduced", ["reduced"], [], [new TaskGroup(Texts(), Inputs(), [0])])),
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

    private static JobEvent.Submitted Exec(int job, string key, string name, ImmutableArray<string> command, TaskLines? lines) => new(
        new JobId(job),
        new JobSpec("exec", "fokke", 0, [], false, 0, key, ""),
        new JobPlan([], [new StepPlan(name, null, 0, lines?.Count ?? 1, command, new Resources(1, 0), null, new StepWork.Exec(lines))]),
        Submission);

    private static ImmutableSortedDictionary<string, MetadataValue> Metadata(params (string Key, MetadataValue Value)[] values) =>
        values.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value);

    private static ImmutableSortedDictionary<string, string> Texts(params (string Key, string Value)[] values) =>
        values.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value);

    private static ImmutableSortedDictionary<string, ImmutableArray<int>> Inputs(params (string Key, int File)[] values) =>
        values.ToImmutableSortedDictionary(pair => pair.Key, pair => ImmutableArray.Create(pair.File));
}
