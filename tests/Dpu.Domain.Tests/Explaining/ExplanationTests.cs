using System.Collections.Immutable;
using Dpu.Domain.Estimates;
using Dpu.Domain.Execution;
using Dpu.Domain.Explaining;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Explaining;

public sealed class ExplanationTests
{
    private const long Gibi = 1L << 30;

    private static readonly DateTimeOffset Then = new(2000, 4, 28, 23, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_needs_more_than_any_node_has_is_told_in_numbers_with_what_would_do()
    {
        var job = Waiting(5, new WaitReason.TooLarge(new Resources(1, 64 * Gibi), new Resources(8, 24 * Gibi))) with
        {
            Figures = Held(3.1 * Gibi),
        };

        Of(job).ShouldBe([new Reason(
            "too-large", "5 tasks of Reduce wait: Reduce needs 64 GiB of memory; the largest node has 24 GiB; the largest of its kind so far used 3.1 GiB.", 5, "try --dpu-mem 4GiB")]);
    }

    [Fact]
    public void Every_reason_to_wait_names_its_numbers()
    {
        Told(new WaitReason.NoNode()).Message.ShouldBe("1 task of Reduce waits: no node is there that takes work.");
        Told(new WaitReason.HostAway("lce001")).Message.ShouldBe("1 task of Reduce waits: they belong to host lce001, which is not here.");
        Told(new WaitReason.TagsMissing(["gpu"])).Message.ShouldContain("the tag gpu");
        Told(new WaitReason.Busy(new Resources(2, 3 * Gibi), new Resources(1, Gibi), 2)).Message
            .ShouldBe("1 task of Reduce waits: each needs 2 cpus and 3 GiB; the most that is free on one of 2 nodes is 1 cpu and 1 GiB.");
        Told(new WaitReason.Limited("user", "ann", 20, 20)).Message.ShouldContain("user ann may run 20 at once, and 20 run");
        Told(new WaitReason.NodesFull(2)).Message.ShouldContain("at most 2 of this step run on one node at once");
        Told(new WaitReason.Reserved(new JobId(7), "n1", Then)).Message.ShouldContain("room on n1 is kept for job 7, which has waited for it, until about 23:00:00 UTC");
        Told(new WaitReason.Priority(0, 5, 1200)).Message.ShouldContain("its priority is 0; 1200 tasks with priority up to 5 come first");
        Told(new WaitReason.Reserved(null, "n1", null)).Message.ShouldContain("room on n1 is kept for another job, which");
        Told(new WaitReason.FairShare(0.8, 0.1, null)).Message.ShouldContain("somebody else had");
        Told(new WaitReason.Age(null, 40)).Message.ShouldContain("another job of the same user is older");
        Told(new WaitReason.FairShare(0.8, 0.1, "bob")).Message.ShouldContain("bob");
        Told(new WaitReason.Age(new JobId(3), 40)).Message.ShouldContain("job 3 of the same user is older; 40 tasks come before");
        Told(new WaitReason.DataElsewhere("n2", Then)).Message.ShouldContain("node n2 has its data");
        Told(new WaitReason.NodesUnfit(["n1", "n2"], NodeState.Draining)).Message.ShouldContain("n1, n2 would fit, but are drained");
        Told(new WaitReason.NodesUnfit(["n1"], NodeState.Quarantined)).ShouldSatisfyAllConditions(
            told => told.Message.ShouldContain("n1 would fit, but is quarantined"),
            told => told.Suggestion.ShouldBe("'dpu nodes' says why; 'dpu resume n1' gives it work again"));
        Told(new WaitReason.ProgramMissing("Reduce", ["reduce"])).Message.ShouldContain("no node that is there has the program of recipe Reduce (reduce)");
        Told(new WaitReason.ProgramMissing("Reduce", [NodeAbout.Shipping])).Message.ShouldContain("their dpu is older");
    }

    [Fact]
    public void A_job_that_is_held_or_waits_for_another_says_by_whom_and_for_which()
    {
        var job = Waiting(2) with { Hold = ("ann", "checking the flats."), WaitsFor = [new JobId(41)] };

        Of(job)[..2].ShouldBe(
        [
            new Reason("held", "Held by ann: checking the flats. Nothing more of it is started.", 2, "dpu release 12"),
            new Reason("waits-for-job", "It waits for job 41 to end FINISHED.", 2, "dpu explain 41"),
        ]);
    }

    [Fact]
    public void What_tasks_do_at_this_moment_is_told_by_phase_with_the_one_that_takes_longest()
    {
        ExplainedTask In(int task, AttemptStage stage, double minutes, FilesMoved? files = null, DateTimeOffset? cutOff = null) => new(
            task,
            ExplainedState.Running,
            "",
            [Attempt(1, null, "") with { StartedAt = Then, EndedAt = null, Phase = new KnownPhase(new AttemptPhase(new AttemptId(new JobId(12), task, 1), stage, Then.AddMinutes(minutes), files), cutOff) }],
            null);
        var job = Job([new TaskCounts(0, 0, 0, 5, 0), default], ended: false, [
            In(0, AttemptStage.Running, 0),
            In(1, AttemptStage.StagingIn, 2),
            In(2, AttemptStage.StagingIn, 1, new FilesMoved(3, 7, Gibi * 21 / 10, 10 * Gibi)),
            In(3, AttemptStage.Saving, 3, new FilesMoved(0, 1, 5, 10), Then.AddMinutes(4)),
            In(4, AttemptStage.Waiting, 0),
        ]);

        Explanation.Of(job, Then.AddMinutes(5)).Where(reason => reason.Code is "given-ahead" or "staging-in" or "running" or "saving").ShouldBe([
            new Reason("given-ahead", "1 task waits for room on its node, task 4 on n1 for 5 min 0 s.", 1, null),
            new Reason("staging-in", "2 tasks stage in their files, task 2 on n1 for 4 min 0 s (3 of 7 files, 2.1 GiB of 10 GiB).", 2, null),
            new Reason("running", "1 task runs now, the longest for 5 min 0 s.", 1, null),
            new Reason("saving", "1 task has run, and saves what it made, task 3 on n1 for 2 min 0 s (0 of 1 file, 5 bytes of 10 bytes), as of 23:04:00 UTC: its node is cut off.", 1, null),
        ]);
    }

    [Fact]
    public void Tasks_that_wait_for_a_step_before_say_for_how_many()
    {
        var job = Job([new TaskCounts(1, 0, 0, 3, 0), new TaskCounts(0, 0, 0, 4, 0)], ended: false, []) with
        {
            Waits = new JobWaits(new JobId(12), [new StepWait(0, 3, new WaitReason.NoNode())], []),
        };

        Of(job).Single(reason => reason.Code == "waits-for-tasks").ShouldBe(
            new Reason("waits-for-tasks", "4 tasks of Coadd wait for what steps before make: 3 tasks of them have not ended.", 4, null));
    }

    [Fact]
    public void Failures_of_one_kind_are_told_together_with_what_was_printed_and_what_would_help()
    {
        var tasks = Enumerable.Range(0, 3).Select(task => Failed(task, FailureCause.Recipe, "exit code 3", lastLine: "no stars")).Append(Failed(3, FailureCause.Memory, "held 2 GiB", rss: 2 * Gibi));
        var job = Job([new TaskCounts(0, 4, 0, 0, 0), new TaskCounts(0, 0, 2, 0, 0)], ended: true, [.. tasks]);

        var reasons = Of(job);

        reasons[0].ShouldBe(new Reason("failed", "3 tasks of Reduce failed, cause recipe: exit code 3. Task 0 printed last: no stars", 3, "dpu logs 12 --task 0; when the reason is mended, dpu retry 12"));
        reasons[1].ShouldBe(new Reason("failed", "1 task of Reduce failed, cause memory: held 2 GiB.", 1, "dpu retry 12 --mem 3GiB"));
        reasons.Single(reason => reason.Code == "aborted").Tasks.ShouldBe(2);
    }

    [Fact]
    public void A_task_that_is_tried_again_says_what_went_wrong_and_what_it_gets()
    {
        var attempt = Attempt(1, FailureCause.Memory, "held 1 GiB; tried again with 2 GiB (attempt 2 of 3)");
        var job = Job([new TaskCounts(0, 0, 0, 1, 0), default], ended: false, [new ExplainedTask(0, ExplainedState.Waiting, "", [attempt], null)]);

        Of(job).ShouldHaveSingleItem().ShouldBe(new Reason(
            "retried", "1 task of Reduce is tried again after a failure: attempt 1 of task 0 ended on n1 with cause memory: held 1 GiB; tried again with 2 GiB (attempt 2 of 3).", 1, null));
    }

    [Fact]
    public void A_task_that_ended_normally_after_a_failure_says_so_even_when_the_job_is_over()
    {
        var attempts = ImmutableArray.Create(Attempt(1, FailureCause.Memory, "held 1 GiB; tried again with 2 GiB (attempt 2 of 3)"), Attempt(2, null, ""));
        var job = Job([new TaskCounts(1, 0, 0, 0, 0), default], ended: true, [new ExplainedTask(0, ExplainedState.Normal, "", attempts, null)]);

        Of(job)[0].ShouldBe(new Reason(
            "retried", "1 task of Reduce ended normally after a failure: attempt 1 of task 0 ended on n1 with cause memory: held 1 GiB; tried again with 2 GiB (attempt 2 of 3).", 1, null));
    }

    [Fact]
    public void A_result_that_is_held_says_which_pattern_wants_a_word_about_which_line()
    {
        var held = Enumerable.Range(1, 2).Select(task => new ExplainedTask(
            task, ExplainedState.Held, "it printed 'seeing 9.9' (pattern 'seeing')", [Attempt(1, null, "")], null));
        var job = Job([new TaskCounts(1, 0, 0, 2, 0), default], ended: false, [.. held]);

        Of(job).ShouldHaveSingleItem().ShouldBe(new Reason(
            "result-held",
            "2 tasks of Reduce ended normally and wait for a person's word on the result: it printed 'seeing 9.9' (pattern 'seeing') in task 1.",
            2,
            "dpu release 12 if the result is good, dpu cancel 12 if not"));
    }

    [Fact]
    public void A_pattern_that_matched_is_named() =>
        Of(Job([new TaskCounts(0, 1, 0, 0, 0), default], ended: true, [Failed(0, FailureCause.Data, "bad", patterns: ["no-wcs"])]))[0].Message.ShouldContain("Its output fits no-wcs.");

    [Fact]
    public void A_task_that_runs_longer_than_expected_is_named_with_its_node()
    {
        var running = new ExplainedTask(1, ExplainedState.Running, "", [Attempt(1, null, "") with { StartedAt = Then, EndedAt = null }], null);

        var slow = Explanation.Of(Job([new TaskCounts(1, 0, 0, 1, 0), default], ended: false, [running]), Then.AddMinutes(5)).Single(reason => reason.Code == "slow");

        slow.Message.ShouldBe("1 task runs longer than expected: task 1 on n1 for 5 min 0 s, where 10 s are usual.");
        slow.Suggestion.ShouldBe("dpu logs 12 --task 1 --follow");
    }

    [Fact]
    public void A_finished_job_says_how_long_it_waited_and_ran_and_what_was_slow()
    {
        var tasks = new[] { 5, 90, 20 }.Select((seconds, task) => new ExplainedTask(
            task, ExplainedState.Normal, "", [Attempt(1, null, "") with { StartedAt = Then, EndedAt = Then.AddSeconds(seconds) }], null));
        var job = Job([new TaskCounts(3, 0, 0, 0, 0), default], ended: true, [.. tasks]) with { StartedAt = Then, EndedAt = Then.AddSeconds(90), EstimatedSeconds = 30 };

        Of(job).Select(reason => reason.Message).ShouldBe(
        [
            "It waited 1 min 0 s and ran 1 min 30 s; estimated 30 s.",
            "Slowest: task 1 of Reduce on n1 1 min 30 s, task 2 of Reduce on n1 20 s, task 0 of Reduce on n1 5 s.",
            "It ran 3 times as long as estimated; its attempts took 1 min 55 s together.",
        ]);
    }

    [Fact]
    public void What_failed_for_memory_gets_what_tasks_of_its_kind_held_when_that_is_more()
    {
        var job = Job([new TaskCounts(0, 1, 0, 0, 0), default], ended: true, [Failed(0, FailureCause.Memory, "held 2 GiB", rss: 2 * Gibi)]);

        job.LacksMemory.ShouldBeTrue();
        Of(job with { Figures = Held(7 * Gibi) })[0].Suggestion.ShouldBe("dpu retry 12 --mem 9GiB");
        Of(job with { Figures = Held(Gibi) })[0].Suggestion.ShouldBe("dpu retry 12 --mem 3GiB");
    }

    private static ImmutableDictionary<int, TaskFigures> Held(double bytes) =>
        ImmutableDictionary<int, TaskFigures>.Empty.Add(0, new TaskFigures(new TaskKind("Reduce", IsRecipe: true, null, null), 5, default, new Quantiles(0, 0, bytes)));

    private static ImmutableArray<Reason> Of(ExplainedJob job) => Explanation.Of(job, Then.AddHours(1));

    private static Reason Told(WaitReason reason) => Of(Waiting(1, reason))[0];

    private static ExplainedJob Waiting(int tasks, params WaitReason[] reasons) =>
        Job([new TaskCounts(0, 0, 0, tasks, 0), default], ended: false, []) with
        {
            Waits = new JobWaits(new JobId(12), [.. reasons.Select(reason => new StepWait(0, tasks, reason))], []),
        };

    private static ExplainedTask Failed(int task, FailureCause cause, string message, string? lastLine = null, long rss = 0, params string[] patterns) =>
        new(task, ExplainedState.Failed, message, [Attempt(1, cause, message) with { MaxRssBytes = rss, Patterns = [.. patterns] }], lastLine);

    private static ExplainedAttempt Attempt(int number, FailureCause? cause, string message) => new(number, "n1", Then, Then.AddSeconds(1), cause, message, null, []);

    private static ExplainedJob Job(ImmutableArray<TaskCounts> counts, bool ended, ImmutableArray<ExplainedTask> tasks)
    {
        var plan = new JobPlan([], [Step("Reduce", 0, counts[0].Total), Step("Coadd", counts[0].Total, counts[1].Total)]);
        return new ExplainedJob(
            new JobId(12), JobStatus.Running, counts, plan, Then.AddMinutes(-1), null, ended ? Then : null, 0, tasks, new JobWaits(new JobId(12), [], []));
    }

    private static StepPlan Step(string name, int first, int count) =>
        new(name, name, first, count, new Resources(1, Gibi), null, new StepWork.Exec([name], null)) { Rules = StepRules.Usual with { ExpectedSeconds = 10 } };
}
