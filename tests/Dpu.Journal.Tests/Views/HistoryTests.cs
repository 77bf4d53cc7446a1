using System.Collections.Immutable;
using Dpu.Domain.Estimates;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;
using Dpu.Domain.Users;
using Dpu.Journal.Store;
using Dpu.Journal.Tests.EventJournal;
using Dpu.Journal.Views;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Views;

/// <summary>What is remembered of how long tasks take.</summary>
public sealed class HistoryTests : IDisposable
{
    private const int RingLength = 100;
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Noon = new(2000, 4, 28, 12, 0, 0, TimeSpan.Zero);

    private readonly MemoryStore _store = new(Notes.Codec);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Figures_are_those_of_the_kind_or_of_the_next_wider_one_that_has_enough()
    {
        // Of WFI's ccd50 there is enough; of its ccd51, and of OmegaCAM, there is not.
        await RunAsync(1, 0, [("WFI", "ccd50", 1), ("WFI", "ccd50", 2), ("WFI", "ccd50", 3), ("WFI", "ccd50", 4), ("WFI", "ccd50", 5), ("WFI", "ccd51", 60), ("OmegaCAM", "ccd50", 700)]);

        var ccd50 = new TaskKind("Reduce", IsRecipe: true, "WFI", "ccd50");
        var (ccd51, other, unknown) = (ccd50 with { Chip = "ccd51" }, ccd50 with { Instrument = "OmegaCAM" }, ccd50 with { Program = "Coadd" });
        var figures = await _store.Views.GetTaskFiguresAsync([ccd50, ccd51, other, unknown, ccd50 with { IsRecipe = false }], None);

        figures.Keys.ShouldBe([ccd50, ccd51, other], ignoreOrder: true);
        figures[ccd50].ShouldBe(new TaskFigures(ccd50, 5, new Quantiles(3, 5, 5), new Quantiles(3 << 20, 5 << 20, 5 << 20)));
        (figures[ccd51].Kind, figures[ccd51].Samples, figures[ccd51].Seconds.Most).ShouldBe((ccd50 with { Chip = null }, 6, 60));
        (figures[other].Kind, figures[other].Samples, figures[other].Seconds.Most).ShouldBe((ccd50 with { Chip = null, Instrument = null }, 7, 700));
    }

    [Fact]
    public async Task Only_the_last_are_remembered_and_failures_are_not()
    {
        await RunExecAsync(1, 60, 1000);
        await RunExecAsync(2, 90, 3, failed: 7);
        await RunExecAsync(3, 10, 5);

        var kind = new TaskKind("echo", IsRecipe: false, null, null);
        var figures = (await _store.Views.GetTaskFiguresAsync([kind], None))[kind];

        (figures.Samples, figures.Seconds).ShouldBe((RingLength, new Quantiles(3, 3, 5)));
        TableDump.Of(_store.Tables).Count(row => row.StartsWith("task_samples:", StringComparison.Ordinal)).ShouldBe(RingLength);
    }

    [Fact]
    public async Task Batches_do_not_matter_even_when_one_is_longer_than_what_is_remembered()
    {
        using var parts = new MemoryStore(Notes.Codec);
        foreach (var (job, tasks) in new[] { (1, 30), (2, 150), (3, 99), (4, 1) })
        {
            await RunExecAsync(job, tasks, job);
            await RunExecAsync(job, tasks, job, store: parts);
            await parts.Views.CaughtUpAsync(None);
        }

        await _store.Views.CaughtUpAsync(None);
        TableDump.Of(_store.Tables).ShouldBe(TableDump.Of(parts.Tables));
    }

    [Fact]
    public async Task What_somebody_runs_for_himself_or_with_code_of_his_own_is_not_in_what_others_are_told()
    {
        await RunExecAsync(1, 9, 1000, spec => spec with { Context = spec.Context.ForUserAlone() });
        await RunExecAsync(2, 9, 1000, spec => spec with { Code = new ShippedCode(new string('a', 64), 5) });
        await RunExecAsync(3, 9, 3);

        var kind = new TaskKind("echo", IsRecipe: false, null, null);
        (await _store.Views.GetTaskFiguresAsync([kind], None))[kind].ShouldBe(new TaskFigures(kind, 9, new Quantiles(3, 3, 3), new Quantiles(3 << 20, 3 << 20, 3 << 20)));
    }

    [Fact]
    public async Task Estimates_are_scored_for_a_caller_by_jobs_that_he_may_look_into()
    {
        await RunExecAsync(1, 3, seconds: 10, spec => spec with { Context = spec.Context.ForUserAlone() }, expected: 10);

        (await _store.Views.SeenBy(new Caller("bob", UserType.Developer, ["common"])).GetEstimateScoresAsync(None)).ShouldBeEmpty();
        (await _store.Views.SeenBy(new Caller("ann", UserType.Developer, ["common"])).GetEstimateScoresAsync(None)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Estimates_of_finished_jobs_are_scored_by_program()
    {
        await RunExecAsync(1, 3, seconds: 10, expected: 10);
        await RunExecAsync(2, 3, seconds: 30, expected: 10);
        await RunExecAsync(3, 3, seconds: 10, expected: 0);
        await RunExecAsync(4, 3, seconds: 10, expected: 1, failed: 1);
        await RunAsync(5, 20, [("WFI", "ccd50", 10), ("WFI", "ccd50", 20)]);

        (await _store.Views.GetEstimateScoresAsync(None)).ShouldBe([new EstimateScore("Reduce", 1, 0.75, 1), new EstimateScore("echo", 2, 1, 0.5)]);
    }

    [Fact]
    public async Task Runs_of_a_sequence_are_those_whose_line_the_caller_sees_with_released_code()
    {
        await RunAsync(1, 20, [("WFI", "ccd50", 10)]);
        await RunExecAsync(2, 1, 10, spec => spec with { Context = spec.Context.ForUserAlone() });
        await RunExecAsync(3, 1, 10, spec => spec with { Code = new ShippedCode(new string('a', 64), 5) });
        await RunExecAsync(4, 1, 10, failed: 1);
        await RunExecAsync(5, 1, 10, spec => spec with { Sequence = "another" });
        await RunAsync(6, 20, [.. Enumerable.Repeat(("WFI", "ccd50", 10.0), 5)]);

        var ofBob = await _store.Views.SeenBy(new Caller("bob", UserType.Developer, ["common"])).GetRunsAsync("x", ["Reduce"], 10, None);
        ofBob.Runs.Select(run => run.Job.Value).ShouldBe([6, 1]);
        ofBob.Runs[0].ShouldBe(new SequenceRun(new JobId(6), "ann", Noon, Noon, Noon.AddHours(1), 1, 5));
        ofBob.Figures.ShouldHaveSingleItem().Samples.ShouldBe(6);
        ofBob.Scores.ShouldHaveSingleItem().ShouldBe(new EstimateScore("Reduce", 2, 0.5, 1));
        (await _store.Views.SeenBy(new Caller("ann", UserType.Developer, ["common"])).GetRunsAsync("x", [], 2, None)).Runs.Select(run => run.Job.Value).ShouldBe([6, 2]);
        (await _store.Views.SeenBy(Caller.Visitor).GetRunsAsync("never", ["Reduce"], 10, None)).Figures.ShouldHaveSingleItem().Kind.Program.ShouldBe("Reduce");
    }

    private async Task RunExecAsync(int job, int tasks, double seconds, Func<JobSpec, JobSpec>? spec = null, double expected = 0, int failed = 0, MemoryStore? store = null)
    {
        var lines = TaskLines.Pack(Enumerable.Range(0, tasks + failed).Select(line => $"{line}"));
        await RunAsync(store ?? _store, job, new StepPlan("echo", null, 0, tasks + failed, new Resources(1, 0), null, new StepWork.Exec(["echo"], lines))
        {
            Rules = StepRules.Usual with { ExpectedSeconds = expected },
        }, task => (task < tasks ? null : FailureCause.Recipe, task < tasks ? seconds : 1_000_000), spec);
    }

    private Task RunAsync(int job, double expected, ImmutableArray<(string Instrument, string Chip, double Seconds)> tasks)
    {
        var groups = new StepWork.Groups(
            [new StepCommand("Reduce", "Reduce", ["reduce"], [], [], ImmutableSortedDictionary<string, string>.Empty)],
            [],
            [],
            [
                .. tasks.Select(task => new TaskGroup(
                    ImmutableSortedDictionary<string, string>.Empty.Add("instrument", task.Instrument).Add("chip", task.Chip),
                    ImmutableSortedDictionary<string, ImmutableArray<int>>.Empty,
                    [])),
            ]);
        var step = new StepPlan("Reduce-2", "Reduce", 0, tasks.Length, new Resources(1, 0), null, groups) { Rules = StepRules.Usual with { ExpectedSeconds = expected } };
        return RunAsync(_store, job, step, task => (null, tasks[task].Seconds));
    }

    private static async Task RunAsync(MemoryStore store, int job, StepPlan step, Func<int, (FailureCause? Cause, double Seconds)> end, Func<JobSpec, JobSpec>? spec = null)
    {
        var tasks = Enumerable.Range(0, step.Count).ToList();
        var asked = new JobSpec("x", "ann", 0, [], true, 1, $"key-{job}", "f00d");
        await store.Journal.AppendAsync(
            JobPersistenceId.Of(new JobId(job)),
            0,
            [
                new JobEvent.Submitted(new JobId(job), spec?.Invoke(asked) ?? asked, new JobPlan([], [step]), Noon),
                new JobEvent.TasksStarted("n1", Guid.Empty, [.. tasks.Select(task => new TaskAttempt(task, 1))], Noon),
                new JobEvent.TasksEnded("n1", [.. tasks.Select(task => End(task, end(task)))], Noon.AddHours(1)),
            ],
            None);
    }

    private static AttemptEnd End(int task, (FailureCause? Cause, double Seconds) end)
    {
        var exit = new AttemptExit(EndReason.Exited, 0, null, Noon, Noon.AddSeconds(end.Seconds), 1, (long)end.Seconds << 20, MemorySource.Sampled, 7);
        return new AttemptEnd(task, 1, end.Cause, false, "", exit, [], []);
    }
}
