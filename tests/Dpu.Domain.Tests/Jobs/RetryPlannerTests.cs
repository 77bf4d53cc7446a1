using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Domain.Tests.Recipes;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Jobs;

/// <summary>What of a job runs again.</summary>
public sealed class RetryPlannerTests
{
    private const long GiB = 1L << 30;

    private static readonly RecipeCatalog Recipes = SampleRecipes.Read("""
        Cut {
          command = [cut]
          options { chip { short = c, type = string, default = "", select = { input = raw, key = chip } }, level { type = number, default = 1 }, commit { short = C, type = flag } }
          inputs { raw { type = raw } }
          divide-by = [chip]
          outputs { cut { type = cut, pattern = "*" } }
        }
        Warp { command = [warp], options { kernel { short = k, type = string, default = lanczos } }, inputs { cuts { type = cut } }, divide-by = [chip], outputs { warp { type = warp, pattern = "*" } } }
        Stack { command = [stack], options { level { type = number, default = 1 } }, inputs { warps { type = warp } }, outputs { stack { type = stack, pattern = "*" } } }
        """);

    [Fact]
    public void Without_a_change_only_what_did_not_end_normally_runs_again()
    {
        var state = Given.Job(Given.Tasks(4), Given.Start(0, 1, 2), Given.Ended(0), Given.Ended(1, cause: FailureCause.Recipe), Given.Ended(2), Given.Cancel());

        var again = Reopened(state, Given.Retry());

        Tasks(again).ShouldBe([1, 3]);
        again.Changes.ShouldBeEmpty();
        (again.By, again.Key).ShouldBe(("somebody", "again"));
    }

    [Fact]
    public void A_job_that_runs_again_counts_its_attempts_on_and_forgets_how_it_ended()
    {
        var state = Given.Job(Given.Tasks(2), Given.Start(0, 1), Given.Ended(0), Given.Ended(1, cause: FailureCause.Recipe));

        state = Given.After(state, Given.Retry());

        (state.Status, state.EndedAt, state.Counts).ShouldBe((JobStatus.Running, null, new TaskCounts(1, 0, 0, 1, 0)));
        Given.EventsOf(Given.Decide(state, Given.Start(0, 1))).Single().ShouldBeOfType<JobEvent.TasksStarted>().Attempts.ShouldBe([new TaskAttempt(1, 2)]);
    }

    [Fact]
    public void Tries_and_losses_begin_anew()
    {
        var plan = Given.Tasks(1).Tried(RetryRules.Once with { Recipe = 2, NodeLosses = 2 });
        var state = Given.Job(plan, Given.Start(0), Given.Lost(0), Given.Start(0), Given.Lost(0, 2));
        state.Status.ShouldBe(JobStatus.Failed);

        state = Given.After(Given.After(state, Given.Retry()), Given.Start(0));

        Given.After(state, Given.Lost(0, 3)).Counts.ShouldBe(new TaskCounts(0, 0, 0, 0, 1));
        Given.After(state, Given.Ended(0, 3, FailureCause.Recipe)).Counts.ShouldBe(new TaskCounts(0, 0, 0, 1, 0));
    }

    [Fact]
    public void What_failed_runs_with_the_memory_that_was_asked_for()
    {
        var state = Given.Job(Given.Tasks(2), Given.Start(0, 1), Given.Ended(0), Given.Ended(1, cause: FailureCause.Memory));

        var again = Reopened(state, Given.Retry(memory: 4 * GiB));
        state = JobEvolution.Apply(state, again);

        Tasks(again).ShouldBe([1]);
        state.ResourcesOf(1).MemoryBytes.ShouldBe(4 * GiB);
    }

    [Fact]
    public void More_memory_than_the_largest_node_has_is_refused()
    {
        var state = Given.Job(Given.Tasks(1), Given.Start(0), Given.Ended(0, cause: FailureCause.Memory));

        Refusal(state, Given.Retry(memory: 1L << 41)).Message.ShouldBe("A task with 2 TiB fits on no node: the largest one has 1 TiB.");
    }

    [Fact]
    public void Changed_parameters_run_all_tasks_of_the_steps_that_know_them_and_all_that_depends_on_them()
    {
        var state = Finished();

        var again = Reopened(state, Given.Retry(recipes: Recipes, set: "kernel=sinc"));
        var after = JobEvolution.Apply(state, again);

        // Two chips: 0 and 1 are cut, 2 and 3 warped, 4 stacks.
        Tasks(again).ShouldBe([2, 3, 4]);
        var change = again.Changes.Single();
        (change.Step, change.Commands.Single().Parameters["kernel"]).ShouldBe((1, "\"sinc\""));
        change.Commands.Single().Program.ShouldBe(["warp", "--kernel", "sinc"]);
        after.Outputs.Keys.Order().ShouldBe([0, 1]);
        after.Cells[2].State.ShouldBe(TaskState.Ready);
        after.Cells[4].State.ShouldBe(TaskState.Blocked);
        after.Waiting[4].ShouldBe(2);
    }

    [Fact]
    public void An_option_of_several_steps_changes_each_of_them()
    {
        var again = Reopened(Finished(), Given.Retry(recipes: Recipes, set: "level=2.5"));

        Tasks(again).ShouldBe([0, 1, 2, 3, 4]);
        again.Changes.Select(change => (change.Step, change.Commands.Single().Parameters["level"])).ShouldBe([(0, "2.5"), (2, "2.5")]);
    }

    [Fact]
    public void What_is_not_changed_keeps_the_value_that_it_was_given()
    {
        var state = Finished();
        state = Given.After(state, Given.Retry("first", recipes: Recipes, set: "kernel=a,b 'c'"));
        state.Plan.Steps[1].Work.ShouldBeOfType<StepWork.Groups>().Commands.Single().Parameters["kernel"].ShouldBe("\"a,b 'c'\"");
        state = Run(state, attempt: 2, from: 2);

        var again = Reopened(state, Given.Retry("second", recipes: Recipes, set: "level=3"));

        again.Changes.Select(change => change.Step).ShouldBe([0, 2]);
        JobEvolution.Apply(state, again).Plan.Steps[1].Work.ShouldBeOfType<StepWork.Groups>().Commands.Single().Program.ShouldBe(["warp", "--kernel", "a,b 'c'"]);
    }

    [Theory]
    [InlineData("chip=ccd51", "Option -c or --chip selects the files that a job reads, and these are settled at submission: submit a new job with it.")]
    [InlineData("C=1", "Option -C or --commit says who finds the results, which is settled at submission: submit a new job with it.")]
    [InlineData("kernl=x", "No recipe of Cut>Warp>Stack has an option 'kernl'; did you mean 'kernel'?")]
    [InlineData("level=high", "Option 'level' must be a number such as 1.5, not 'high'.")]
    public void A_change_is_checked_as_at_submission(string set, string message) =>
        Refusal(Finished(), Given.Retry(recipes: Recipes, set: set)).Message.ShouldBe(message);

    [Fact]
    public void A_job_in_which_all_went_well_runs_again_only_for_a_change_that_changes_something()
    {
        Refusal(Finished(), Given.Retry(recipes: Recipes)).Message.ShouldBe("Every task of job 7 ended normally: it runs again only with a change (--set name=value).");
        Refusal(Finished(), Given.Retry(recipes: Recipes, memory: GiB)).Message
            .ShouldBe("Every task of job 7 ended normally, and other memory changes no result: nothing is left to run again.");
    }

    [Fact]
    public void A_command_has_no_options_to_change()
    {
        var state = Given.Job(Given.Tasks(1), Given.Start(0), Given.Ended(0));

        Refusal(state, Given.Retry(set: "level=1")).Message.ShouldBe("Job 7 runs a command without options: submit a new job with other arguments.");
    }

    [Fact]
    public void A_job_that_has_not_ended_says_what_it_is()
    {
        var refused = Given.Decide(Given.Job(Given.Tasks(1), Given.Start(0)), Given.Retry()).ShouldBeOfType<JobDecision.Rejected>();

        refused.Reason.ShouldBe(JobRejection.HasNotEnded);
        refused.Message.ShouldBe("Job 7 has not ended (RUNNING): only a job that has ended can run again. Cancel it first.");
    }

    [Fact]
    public void The_same_request_opens_a_job_once_even_when_it_has_ended_again()
    {
        var state = Given.Job(Given.Tasks(1), Given.Start(0), Given.Ended(0, cause: FailureCause.Recipe), Given.Retry());
        Given.Decide(state, Given.Retry()).ShouldBeOfType<JobDecision.Ignored>();
        state = Given.After(Given.After(state, Given.Start(0)), Given.Ended(0, 2, FailureCause.Recipe));

        Given.Decide(state, Given.Retry()).ShouldBeOfType<JobDecision.Ignored>();
        Given.Decide(state, Given.Retry("another")).ShouldBeOfType<JobDecision.Accepted>();
    }

    [Fact]
    public void The_plan_tells_step_by_step_what_runs_again()
    {
        var plan = RetryPlanner.Plan(Finished(), Given.Retry(recipes: Recipes, set: "kernel=sinc", memory: GiB).Asked)
            .ShouldBeOfType<Checked<RetryPlan>.Accepted>().Value;

        plan.Steps.ShouldBe([new RetryStep("Warp", 2, 2, 2, GiB), new RetryStep("Stack", 1, 1, 1, GiB)]);
        plan.Changes.Select(change => (change.Step, change.MemoryBytes)).ShouldBe([(1, GiB), (2, GiB)]);
    }

    [Fact]
    public void A_reopening_that_leaves_out_what_depends_on_it_cannot_have_happened() =>
        Should.Throw<InvalidOperationException>(() => JobEvolution.Apply(Finished(), new JobEvent.TasksReopened("somebody", "key", [new TaskRange(0, 1)], [], Given.Now)));

    /// <summary>Cut, Warp and Stack of two chips, all ended normally.</summary>
    private static JobState Finished()
    {
        var plan = Given.Steps([[], []], [[0], [1]], [[2, 3]]);
        ImmutableArray<(string Name, string Option, string Value)> steps = [("Cut", "level", "1"), ("Warp", "kernel", "\"lanczos\""), ("Stack", "level", "1")];
        plan = plan with
        {
            Steps = [.. plan.Steps.Select((step, index) => step with
            {
                Name = steps[index].Name,
                Recipe = steps[index].Name,
                Work = Given.Groups(
                    steps[index].Name,
                    [InputRule.InPlace("in", ["product"])],
                    [],
                    ((StepWork.Groups)step.Work).Tasks,
                    ImmutableSortedDictionary<string, string>.Empty.Add(steps[index].Option, steps[index].Value)),
            })],
        };
        var submit = Given.Submit(plan);
        return Run(Given.After(JobState.Empty, submit with { Spec = submit.Spec with { Sequence = "Cut>Warp>Stack" } }), attempt: 1, from: 0);
    }

    private static JobState Run(JobState state, int attempt, int from)
    {
        for (var task = from; task < state.Cells.Length; task++)
        {
            state = Given.After(Given.After(state, Given.Start(task)), Given.Ended(task, attempt));
        }

        state.Status.ShouldBe(JobStatus.Finished);
        return state;
    }

    private static JobEvent.TasksReopened Reopened(JobState state, JobCommand.RetryJob retry) =>
        Given.EventsOf(Given.Decide(state, retry)).Single().ShouldBeOfType<JobEvent.TasksReopened>();

    private static JobDecision.Rejected Refusal(JobState state, JobCommand.RetryJob retry)
    {
        var refused = Given.Decide(state, retry).ShouldBeOfType<JobDecision.Rejected>();
        refused.Reason.ShouldBe(JobRejection.Invalid);
        refused.Errors.ShouldNotBeEmpty();
        return refused;
    }

    private static IEnumerable<int> Tasks(JobEvent.TasksReopened reopened) => reopened.Tasks.SelectMany(range => Enumerable.Range(range.First, range.Count));
}
