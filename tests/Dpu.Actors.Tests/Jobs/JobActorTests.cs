using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Jobs;

public sealed class JobActorTests
{
    [Fact]
    public void A_job_that_finds_at_its_recovery_that_it_ended_tells_the_scheduler_too()
    {
        var bench = JobBench.Running(1, running: 1);
        bench.Journal.FailAfterWrite = 1;

        bench.Report(GivenJobs.Attempt(0));
        bench.World.RunFor(TimeSpan.FromMilliseconds(11));
        bench.Journal.FailAfterWrite = 0;

        bench.Scheduler.ExpectMessage<SchedulerMessage.JobEnded>().Job.ShouldBe(GivenJobs.First);
        bench.Frontend.ExpectMessage<FrontendMessage.JobEnded>();
        bench.Scheduler.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_node_whose_report_was_lost_with_a_failed_append_claims_and_is_told_where_each_attempt_stands()
    {
        var bench = JobBench.Running(3, running: 2);
        bench.Journal.FailAfterWrite = 1;
        bench.Report(GivenJobs.Attempt(0));
        bench.World.RunFor(TimeSpan.FromMilliseconds(11));
        bench.Journal.FailAfterWrite = 0;
        bench.Idle();
        bench.Node.ExpectNoMoreMessages();

        bench.Job.Tell(new JobMessage.Claim([GivenJobs.Attempt(0), GivenJobs.Attempt(1), GivenJobs.Attempt(2)], "node", bench.Node));

        bench.Node.ExpectMessage<NodeMessage.Disown>().Attempts.ShouldBe([GivenJobs.Attempt(0), GivenJobs.Attempt(2)]);
        bench.Node.ExpectMessage<NodeMessage.AdoptTasks>().Tasks.Select(task => task.Start.Attempt).ShouldBe([GivenJobs.Attempt(1)]);
        bench.Node.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_claim_is_answered_whatever_the_node_was_called_when_it_got_the_attempt()
    {
        var bench = JobBench.Running(1, running: 1);

        bench.Job.Tell(new JobMessage.Claim([GivenJobs.Attempt(0)], "renamed", bench.Node));

        bench.Node.ExpectMessage<NodeMessage.AdoptTasks>().Tasks.Single().Incarnation.ShouldBe(GivenJobs.Incarnation);
    }

    [Fact]
    public void A_node_on_another_host_is_not_given_what_was_given_to_a_node_of_another_name()
    {
        var bench = JobBench.Running(1, running: 1);

        bench.Job.Tell(new JobMessage.Claim([GivenJobs.Attempt(0)], "liar", bench.Node, OnlyItsOwn: true));

        bench.Node.ExpectMessage<NodeMessage.Disown>().Attempts.ShouldBe([GivenJobs.Attempt(0)]);
        bench.Node.ExpectNoMoreMessages();
    }

    [Fact]
    public void Of_a_lost_node_the_job_loses_what_it_believed_to_run_there_and_nothing_else()
    {
        var bench = JobBench.Running(3, running: 2);

        bench.Job.Tell(new JobMessage.NodeLost("elsewhere", "silent"));
        bench.Scheduler.ExpectNoMoreMessages();
        bench.Job.Tell(new JobMessage.NodeLost("node", "silent", bench.Node));

        bench.Scheduler.ExpectMessage<SchedulerMessage.TasksFreed>().Tasks.ShouldBe([FreedTask.Lost(0), FreedTask.Lost(1)]);
        bench.Scheduler.ExpectMessage<SchedulerMessage.TasksReleased>().Tasks.ShouldBe([new TaskRange(0, 2)]);
        bench.Scheduler.ExpectNoMoreMessages();
        bench.Node.ExpectMessage<NodeMessage.Disown>().Attempts.ShouldBe([GivenJobs.Attempt(0), GivenJobs.Attempt(1)]);
        bench.Node.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_proposal_that_the_scheduler_has_forgotten_is_neither_taken_nor_refused()
    {
        var bench = new JobBench();
        var first = bench.Submit(2);
        bench.Journal.FailBeforeWrite = 1;
        bench.Assign(0);
        bench.World.RunFor(TimeSpan.FromMilliseconds(11));
        bench.Journal.FailBeforeWrite = 0;
        var second = bench.Scheduler.ExpectMessage<SchedulerMessage.JobAnnounced>();
        second.Demand.Startable.ShouldBe([new TaskRange(0, 2)]);

        bench.Assign(first, 0, 1);
        bench.Node.ExpectNoMoreMessages();
        bench.Assign(second, 0, 1);

        bench.Node.ExpectMessage<NodeMessage.StartTasks>().Tasks.Select(task => task.Attempt).ShouldBe([GivenJobs.Attempt(0), GivenJobs.Attempt(1)]);
        bench.Scheduler.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_cancelled_job_of_which_something_runs_withdraws_what_waits()
    {
        var bench = JobBench.Running(1000, running: 1);

        bench.Job.Tell(new JobMessage.Control(new JobCommand.CancelJob("user", Force: true), bench.Canceller));

        bench.Canceller.ExpectMessage<ControlReply.Done>();
        bench.Node.ExpectMessage<NodeMessage.EndTasks>().Attempts.ShouldBe([GivenJobs.Attempt(0)]);
        var demand = bench.Scheduler.ExpectMessage<SchedulerMessage.JobAnnounced>().Demand;
        demand.Startable.ShouldBeEmpty();
        demand.Running.Select(running => (running.Task, running.Node)).ShouldBe([(0, "node")]);
    }

    [Fact]
    public void How_long_tasks_took_is_told_of_each_step_by_itself()
    {
        var bench = new JobBench();
        var plan = new JobPlan(
            [],
            [
                new StepPlan("short", null, 0, 1, GivenJobs.OneCpu, null, new StepWork.Exec(["short"], null)),
                new StepPlan("long", null, 1, 1, GivenJobs.OneCpu, null, new StepWork.Exec(["long"], null)),
            ]);
        bench.Job.Tell(new JobMessage.Submit(GivenJobs.Submit(1) with { Plan = plan }, bench.Submitter));
        bench.Scheduler.ExpectMessage<SchedulerMessage.JobAnnounced>();
        bench.Assign(0, 1);
        var slow = GivenJobs.Report(GivenJobs.Attempt(1));
        slow = slow with { Exit = slow.Exit! with { EndedAt = slow.Exit.StartedAt.AddSeconds(100) } };

        bench.Report(new JobCommand.ReportEnds("node", [GivenJobs.Report(GivenJobs.Attempt(0)), slow]), GivenJobs.Attempt(0), GivenJobs.Attempt(1));

        bench.Scheduler.ExpectMessage<SchedulerMessage.TasksFreed>().Tasks.ShouldBe([FreedTask.Ended(0, null, 1), FreedTask.Ended(1, null, 100)]);
    }

    [Fact]
    public void What_runs_and_what_waits_is_announced_after_a_restart_and_compared_with_the_node_when_it_is_there()
    {
        var bench = JobBench.Running(3, running: 2);
        bench.Journal.FailBeforeWrite = 1;
        bench.Report(GivenJobs.Attempt(0));
        bench.World.RunFor(TimeSpan.FromMilliseconds(11));
        bench.Journal.FailBeforeWrite = 0;

        var demand = bench.Scheduler.ExpectMessage<SchedulerMessage.JobAnnounced>().Demand;
        demand.Startable.ShouldBe([new TaskRange(2, 1)]);
        demand.Running.Select(running => (running.Task, running.Node)).ShouldBe([(0, "node"), (1, "node")]);
        bench.Job.Tell(new JobMessage.NodeReady("node", bench.Node));

        bench.Node.ExpectMessage<NodeMessage.AdoptTasks>().Tasks.Select(task => (task.Start.Attempt, task.Incarnation)).ShouldBe(
            [(GivenJobs.Attempt(0), GivenJobs.Incarnation), (GivenJobs.Attempt(1), GivenJobs.Incarnation)]);
    }

    [Fact]
    public void A_job_cancelled_by_force_ends_what_it_finds_on_a_node_that_comes_back()
    {
        var bench = JobBench.Running(1, running: 1);
        bench.Journal.FailAfterWrite = 1;
        bench.Job.Tell(new JobMessage.Control(new JobCommand.CancelJob("user", Force: true), bench.Canceller));
        bench.World.RunFor(TimeSpan.FromMilliseconds(11));
        bench.Journal.FailAfterWrite = 0;
        bench.Scheduler.ExpectMessage<SchedulerMessage.JobAnnounced>();

        bench.Job.Tell(new JobMessage.NodeReady("node", bench.Node));

        bench.Node.ExpectMessage<NodeMessage.AdoptTasks>();
        bench.Node.ExpectMessage<NodeMessage.EndTasks>().Attempts.ShouldBe([GivenJobs.Attempt(0)]);
        bench.Canceller.ExpectNoMoreMessages();
    }

    [Fact]
    public void Nothing_is_started_and_nothing_settled_before_the_commit()
    {
        var bench = new JobBench();
        bench.Submit(2);
        bench.Journal.Stalled = true;
        bench.Assign(0);
        bench.World.RunFor(TimeSpan.FromSeconds(10));
        bench.Node.ExpectNoMoreMessages(TimeSpan.Zero);
        bench.Journal.Stalled = false;
        bench.Node.ExpectMessage<NodeMessage.StartTasks>();

        bench.Journal.Stalled = true;
        bench.Report(GivenJobs.Attempt(0));
        bench.World.RunFor(TimeSpan.FromSeconds(10));
        bench.Node.ExpectNoMoreMessages(TimeSpan.Zero);
        bench.Journal.Stalled = false;
        bench.Node.ExpectMessage<NodeMessage.Settled>().Attempts.ShouldBe([GivenJobs.Attempt(0)]);
    }

    [Fact]
    public void All_that_waits_is_decided_at_once_and_committed_together()
    {
        var bench = JobBench.Running(100, running: 100);
        bench.Journal.Stalled = true;
        bench.Report(GivenJobs.Attempt(0));
        bench.World.RunUntilIdle();
        var before = bench.Journal.Appends;
        for (var task = 1; task < 100; task++)
        {
            bench.Report(GivenJobs.Attempt(task));
        }

        bench.Journal.Stalled = false;
        bench.Idle();

        (bench.Journal.Appends - before).ShouldBe(1);
        bench.Frontend.ExpectMessage<FrontendMessage.JobEnded>();
    }

    [Fact]
    public void What_the_scheduler_is_told_anew_holds_what_the_same_turn_started()
    {
        var bench = new JobBench();
        var announced = bench.Submit(3);
        bench.Journal.Stalled = true;
        bench.Assign(announced, 0);
        bench.World.RunFor(TimeSpan.FromSeconds(1));
        bench.Job.Tell(new JobMessage.Control(new JobCommand.ChangePriority("user", 5), bench.Canceller));
        bench.Assign(announced, 1);
        bench.Journal.Stalled = false;
        bench.Idle();

        var demand = bench.Announced.Demand;
        (demand.Priority, demand.Running.Length).ShouldBe((5, 2));
        demand.Startable.ShouldBe([new TaskRange(2, 1)]);
    }

    [Fact]
    public void A_held_job_frees_what_ended_and_offers_nothing_until_it_is_released()
    {
        var bench = JobBench.Running(3, running: 1);
        bench.Job.Tell(new JobMessage.Control(new JobCommand.HoldJob("user", "wait"), bench.Canceller));
        bench.Scheduler.ExpectMessage<SchedulerMessage.JobAnnounced>().Demand.Startable.ShouldBeEmpty();

        bench.Report(GivenJobs.Attempt(0));
        bench.Scheduler.ExpectMessage<SchedulerMessage.TasksFreed>();
        bench.Job.Tell(new JobMessage.Control(new JobCommand.ReleaseJob("user"), bench.Canceller));

        bench.Scheduler.ExpectMessage<SchedulerMessage.JobAnnounced>().Demand.Startable.ShouldBe([new TaskRange(1, 2)]);
        bench.Scheduler.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_held_result_holds_no_node_and_is_freed_once()
    {
        var bench = JobBench.Running(2, running: 1);
        bench.Report(new JobCommand.ReportEnds("node", [GivenJobs.Report(GivenJobs.Attempt(0)) with { Hold = "seeing" }]), GivenJobs.Attempt(0));
        bench.Scheduler.ExpectMessage<SchedulerMessage.TasksFreed>().Tasks.Select(freed => freed.Task).ShouldBe([0]);
        bench.Node.ExpectMessage<NodeMessage.Settled>();

        bench.Job.Tell(new JobMessage.Control(new JobCommand.ReleaseJob("user"), bench.Canceller));

        bench.Scheduler.ExpectMessage<SchedulerMessage.JobAnnounced>().Demand.Startable.ShouldBe([new TaskRange(1, 1)]);
        bench.Scheduler.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_task_that_is_tried_again_is_offered_with_what_it_needs_now()
    {
        var bench = new JobBench();
        var retry = RetryRules.Once with { Memory = 2, Launch = 2 };
        var plan = GivenJobs.Plan(2, new Resources(1, 100));
        plan = plan with { Steps = [.. plan.Steps.Select(step => step with { Rules = step.Rules with { Retry = retry } })] };
        bench.Job.Tell(new JobMessage.Submit(GivenJobs.Submit(2) with { Plan = plan }, bench.Submitter));
        bench.Scheduler.ExpectMessage<SchedulerMessage.JobAnnounced>();
        bench.Assign(0, 1);

        bench.Report(
            new JobCommand.ReportEnds("node", [GivenJobs.Report(GivenJobs.Attempt(0), FailureCause.Memory), GivenJobs.Report(GivenJobs.Attempt(1), FailureCause.Launch)]),
            GivenJobs.Attempt(0),
            GivenJobs.Attempt(1));

        bench.Scheduler.ExpectMessage<SchedulerMessage.TasksFreed>();
        var needs = bench.Scheduler.ExpectMessage<SchedulerMessage.TasksReleased>().Needs;
        // Twice what the attempt was seen to hold: that is more than twice what it had asked for.
        needs.Select(need => (need.Task, need.MemoryBytes, string.Join(' ', need.Avoid))).ShouldBe([(0, 2000, ""), (1, null, "node")]);
    }

    [Fact]
    public void A_job_that_nobody_will_address_any_more_goes()
    {
        var bench = JobBench.Running(1, running: 1);
        bench.Report(GivenJobs.Attempt(0));
        bench.Frontend.ExpectMessage<FrontendMessage.JobEnded>();

        bench.Job.Tell(JobMessage.Passivate.Instance);
        bench.Idle();

        bench.Job.TryTell(JobMessage.Passivate.Instance).ShouldBeFalse();
    }
}
