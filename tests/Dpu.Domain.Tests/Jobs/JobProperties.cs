using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Jobs;

/// <summary>Random jobs under random commands, sensible and not.</summary>
public sealed class JobProperties
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(100);

    [Fact]
    public void A_command_that_is_repeated_changes_nothing_more() => ForSteps((_, command, _, after) =>
        Given.EventsOf(Given.Decide(after, command)).ShouldBeEmpty());

    [Fact]
    public void A_decision_follows_from_its_state_alone() => ForSteps((before, command, events, _) =>
        Given.EventsOf(Given.Decide(before, command)).Select(Written).ShouldBe(events.Select(Written)));

    [Fact]
    public void Counts_add_up_and_tell_what_the_cells_hold() => ForSteps((_, _, _, after) =>
    {
        after.Counts.Total.ShouldBe(after.Plan.TaskCount);
        for (var step = 0; step < after.Plan.Steps.Length; step++)
        {
            var plan = after.Plan.Steps[step];
            var states = Enumerable.Range(plan.First, plan.Count).Select(task => after.Cells[task].State).ToList();
            after.StepCounts[step].ShouldBe(new TaskCounts(
                states.Count(s => s == TaskState.Normal),
                states.Count(s => s == TaskState.Error),
                states.Count(s => s == TaskState.Aborted),
                states.Count(s => s is TaskState.Blocked or TaskState.Ready or TaskState.Running or TaskState.Held),
                states.Count(s => s == TaskState.Unknown)));
        }
    });

    [Fact]
    public void A_job_has_ended_when_its_tasks_have_and_has_a_time_for_it() => ForSteps((_, _, _, after) =>
    {
        after.Ended.ShouldBe(Enumerable.Range(0, after.Plan.TaskCount).All(task => after.Cells[task].Ended));
        (after.EndedAt is not null).ShouldBe(after.Ended);
    });

    [Fact]
    public void What_could_start_is_counted() => ForSteps((_, _, _, after) =>
        after.StartableCount.ShouldBe(after.Startable().Sum(range => range.Count)));

    [Fact]
    public void Held_results_are_those_of_held_tasks_and_a_job_that_only_waits_for_them_is_held() => ForSteps((_, _, _, after) =>
    {
        after.HeldResults.Keys.Order().ShouldBe(Enumerable.Range(0, after.Plan.TaskCount).Where(task => after.Cells[task].State == TaskState.Held));
        if (after.NeedsWord)
        {
            after.Status.ShouldBe(JobStatus.Held);
        }
    });

    [Fact]
    public void Nothing_starts_while_a_job_is_held() => ForSteps((before, _, events, _) =>
    {
        if (before.Held is not null)
        {
            events.OfType<JobEvent.TasksStarted>().ShouldBeEmpty();
        }
    });

    [Fact]
    public void Attempts_are_never_numbered_twice() => ForJobs(walk =>
    {
        var numbered = new HashSet<TaskAttempt>();
        Walk(walk, (_, _, events, _) => events.OfType<JobEvent.TasksStarted>().SelectMany(started => started.Attempts).ShouldAllBe(attempt => numbered.Add(attempt)));
    });

    [Fact]
    public void Nothing_that_a_task_reads_comes_from_an_attempt_that_was_superseded() => ForSteps((_, _, _, after) =>
        after.Outputs.ShouldAllBe(made => after.Cells[made.Key].State == TaskState.Normal
            && made.Value.All(output => output.Id == Given.Output(made.Key, after.Cells[made.Key].Attempts).Id)));

    [Fact]
    public void A_task_is_past_waiting_exactly_when_all_it_needs_has_ended_normally() => ForSteps((_, _, _, after) =>
    {
        foreach (var (task, upstream) in UpstreamOf(after.Plan))
        {
            var open = upstream.Count(needed => after.Cells[needed].State != TaskState.Normal);
            switch (after.Cells[task].State)
            {
                case TaskState.Aborted:
                    break;
                case TaskState.Blocked:
                    open.ShouldBeGreaterThan(0);
                    after.Waiting[task].ShouldBe(open);
                    break;
                default:
                    open.ShouldBe(0);
                    break;
            }
        }
    });

    [Fact]
    public void What_runs_is_known_by_its_current_attempt() => ForSteps((_, _, _, after) =>
    {
        Enumerable.Range(0, after.Plan.TaskCount).Where(task => after.Cells[task].State == TaskState.Running).ShouldBe(after.Running.Keys.Order());
        after.Running.ShouldAllBe(running => after.IsCurrent(new TaskAttempt(running.Key, running.Value.Number)));
    });

    [Fact]
    public void Nothing_is_tried_more_often_than_the_rules_allow() => ForSteps((_, _, _, after) =>
    {
        for (var task = 0; task < after.Plan.TaskCount; task++)
        {
            var (rules, troubles) = (after.RulesOf(task).Retry, after.TroublesOf(task));
            ((int)after.Cells[task].Losses).ShouldBeLessThan(rules.NodeLosses);
            (troubles == TaskTroubles.None || !after.Cells[task].Ended).ShouldBeTrue("what has ended needs no next attempt");
            foreach (var cause in Enum.GetValues<FailureCause>().Except([FailureCause.Node, FailureCause.Cancelled, FailureCause.Returned]))
            {
                troubles.Count(cause).ShouldBeLessThan(Math.Max(1, rules.AttemptsFor(cause)));
            }
        }
    });

    [Fact]
    public void Released_is_what_could_not_start_before_and_can_now() => ForEvents((before, @event, after) =>
    {
        var released = JobEffects.Of(before, @event, after).Released.SelectMany(range => Enumerable.Range(range.First, range.Count));
        released.ShouldBe(Enumerable.Range(0, after.Plan.TaskCount).Where(task => after.Cells[task].Startable && !(before.Exists && before.Cells[task].Startable)));
    });

    [Fact]
    public void Only_what_runs_is_to_end_and_all_of_it_by_force() => ForEvents((before, @event, after) =>
    {
        var toEnd = JobEffects.Of(before, @event, after).ToEnd;
        var expected = @event is JobEvent.CancelRequested { Force: true } ? before.Running.OrderBy(r => r.Key).Select(r => new TaskAttempt(r.Key, r.Value.Number)) : [];
        toEnd.ShouldBe(expected);
    });

    [Fact]
    public void A_replay_leads_to_the_same_state() => ForJobs(walk =>
    {
        var events = new List<JobEvent>();
        var last = Walk(walk, (_, _, happened, _) => events.AddRange(happened));
        Describe(events.Aggregate(JobState.Empty, JobEvolution.Apply)).ShouldBe(Describe(last));
    });

    [Fact]
    public void A_job_that_is_driven_on_ends() => ForJobs(walk =>
    {
        var state = Walk(walk, static (_, _, _, _) => { });
        for (var round = 0; !state.Ended; round++)
        {
            round.ShouldBeLessThan(1000);
            state = Given.After(state, Given.Release());
            state = Given.After(state, Given.Start([.. Enumerable.Range(0, state.Plan.TaskCount)]));
            state = state.Running.Aggregate(state, (s, running) => Given.After(s, Given.Ended(running.Key, running.Value.Number)));
        }
    });

    private static IEnumerable<(int Task, ImmutableArray<int> Upstream)> UpstreamOf(JobPlan plan) =>
        from step in plan.Steps
        from index in Enumerable.Range(0, step.Count)
        select (step.First + index, ((StepWork.Groups)step.Work).Tasks[index].Upstream);

    /// <summary>A plan of up to three layers, and what happens to its job: numbers that choose commands and what they name.</summary>
    private sealed record RandomWalk(JobPlan Plan, IReadOnlyList<(int What, int Task, int Number)> Choices);

    private static readonly Arbitrary<RandomWalk> Walks = (
            from sizes in Gen.Choose(1, 5).ListOf(3)
            from edges in Gen.Choose(0, 2).ListOf(40)
            from choices in (from what in Gen.Choose(0, 18) from task in Gen.Choose(-1, 12) from number in Gen.Choose(0, 4) select (what, task, number)).ListOf()
            from attempts in Gen.Choose(1, 3)
            from losses in Gen.Choose(1, 3)
            let rules = new RetryRules(attempts, attempts, attempts, attempts, attempts, losses, 2, 1 << 10)
            select new RandomWalk(Layers([.. sizes], [.. edges]).Tried(rules, new Resources(1, 300)), [.. choices]))
        .ToArbitrary();

    private static JobPlan Layers(int[] sizes, int[] edges)
    {
        var next = 0;
        var layers = new List<int[][]>();
        var first = 0;
        foreach (var size in sizes)
        {
            var before = layers.Count == 0 ? [] : Enumerable.Range(first - layers[^1].Length, layers[^1].Length).ToArray();
            layers.Add([.. Enumerable.Range(0, size).Select(_ => before.Where(_ => edges[next++ % edges.Length] > 0).ToArray())]);
            first += size;
        }

        return Given.Steps([.. layers]);
    }

    private static readonly FailureCause[] Failures = [FailureCause.Recipe, FailureCause.Memory, FailureCause.Time, FailureCause.Launch, FailureCause.Data];

    private static JobCommand CommandOf(JobState state, (int What, int Task, int Number) choice)
    {
        var (what, task, wanted) = choice;
        var known = task >= 0 && task < state.Cells.Length;
        var number = known && wanted < 3 ? state.Cells[task].Attempts : wanted;
        return what switch
        {
            0 or 1 or 2 => Given.Start(task, task + 1, task + 2),
            3 => Given.Start([.. Enumerable.Range(0, state.Plan.TaskCount)]),
            4 or 5 or 6 => Given.Ended(task, number),
            7 => Given.Ended(task, number, Failures[(task + 1 + wanted) % Failures.Length]),
            8 => Given.Ended(task, number, wanted % 2 == 0 ? FailureCause.Cancelled : FailureCause.Returned),
            9 => Given.Lost(task, number),
            10 => Given.Submit(state.Plan),
            11 => Given.Held(task, number),
            12 => Given.Hold(),
            13 or 14 => Given.Release(),
            15 => new JobCommand.ChangePriority("somebody", wanted),
            17 => new JobCommand.ChangeContext("somebody", new WorkContext("KIDS", wanted % 2 == 0 ? Privileges.MyDb : Privileges.World)),
            16 => Given.Retry($"again-{task}-{wanted}"),
            _ => Given.Cancel(force: wanted % 2 == 0),
        };
    }

    private static JobState Walk(
        RandomWalk walk, Action<JobState, JobCommand, ImmutableArray<JobEvent>, JobState> step)
    {
        var state = Take(JobState.Empty, Given.Submit(walk.Plan), step);
        return walk.Choices.Aggregate(state, (before, choice) => Take(before, CommandOf(before, choice), step));
    }

    private static JobState Take(
        JobState before, JobCommand command, Action<JobState, JobCommand, ImmutableArray<JobEvent>, JobState> step)
    {
        var events = Given.EventsOf(Given.Decide(before, command));
        var after = events.Aggregate(before, JobEvolution.Apply);
        step(before, command, events, after);
        return after;
    }

    private static void ForJobs(Action<RandomWalk> holds) => Prop.ForAll(Walks, holds).Check(Many);

    private static void ForSteps(Action<JobState, JobCommand, ImmutableArray<JobEvent>, JobState> holds) =>
        ForJobs(walk => Walk(walk, (before, command, events, after) => holds(before, command, events, after)));

    private static void ForEvents(Action<JobState, JobEvent, JobState> holds) => ForSteps((before, _, events, _) =>
    {
        foreach (var @event in events)
        {
            var after = JobEvolution.Apply(before, @event);
            holds(before, @event, after);
            before = after;
        }
    });

    /// <summary>Arrays inside of records compare by reference: what they hold is what counts.</summary>
    private static string Written(JobEvent @event) => @event switch
    {
        JobEvent.TasksStarted started => $"started {string.Join(' ', started.Attempts)}",
        JobEvent.TasksEnded ended => $"ended {string.Join(' ', ended.Ends.Select(e => (e.Task, e.Number, e.Cause, e.Retry, e.Message, e.Outputs.Length)))}",
        JobEvent.AttemptsLost lost => $"lost {string.Join(' ', lost.Attempts)}",
        JobEvent.TasksHeld held => $"held {string.Join(' ', held.Ends.Select(e => (e.Task, e.Number)))} {held.Reason}",
        JobEvent.TasksReopened reopened => $"reopened {reopened.Key} {string.Join(' ', reopened.Tasks)} {reopened.Changes.Length}",
        JobEvent.TasksAborted aborted => $"aborted {string.Join(' ', aborted.Tasks)} {aborted.Reason}",
        _ => @event.ToString(),
    };

    private static string Describe(JobState state) => string.Join(
        '\n',
        [
            $"{state} {state.Cancel} {state.SubmittedAt} {state.StartedAt} {state.EndedAt} {state.Held} {state.Priority} {state.StartableCount} {state.Reopened?.Key} {string.Join(' ', state.HeldResults.Keys.Order())}",
            .. Enumerable.Range(0, state.Cells.Length).Select(task => $"{task} {state.Cells[task]} {(state.Waiting.Length > 0 ? state.Waiting[task] : 0)} {state.Running.GetValueOrDefault(task)} {state.Outputs.GetValueOrDefault(task, []).Length} {Describe(state.TroublesOf(task))}"),
        ]);

    private static string Describe(TaskTroubles troubles) => $"{troubles with { Avoid = [] }} {string.Join(' ', troubles.Avoid)}";
}
