using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Tests.Jobs;

/// <summary>Plans, commands and histories to start from.</summary>
internal static class Given
{
    public const string Node = "node";
    public static readonly JobId Id = new(7);
    public static readonly Guid Incarnation = new("11111111-1111-1111-1111-111111111111");
    public static readonly DateTimeOffset Now = new(2000, 4, 28, 0, 0, 0, TimeSpan.Zero);
    public static readonly Resources OneCpu = new(1, 0);

    /// <summary>Independent tasks of one step.</summary>
    public static JobPlan Tasks(int count) => new(
        [],
        [new StepPlan("run", null, 0, count, OneCpu, null, new StepWork.Exec(["run", "{}"], TaskLines.Pack(Enumerable.Range(0, count).Select(i => $"line {i}"))))]);

    /// <summary>Steps of tasks; each task names the tasks that it needs, of any step before its own.</summary>
    public static JobPlan Steps(params int[][][] steps)
    {
        var plan = ImmutableArray.CreateBuilder<StepPlan>();
        var first = 0;
        foreach (var tasks in steps)
        {
            var groups = tasks.Select(upstream => new TaskGroup(
                ImmutableSortedDictionary<string, string>.Empty,
                ImmutableSortedDictionary<string, ImmutableArray<int>>.Empty,
                [.. upstream])).ToImmutableArray();
            plan.Add(new StepPlan($"step-{plan.Count}", "Recipe", first, tasks.Length, OneCpu, null, Groups("Recipe", [InputRule.InPlace("in", ["product"])], [], groups)));
            first += tasks.Length;
        }

        return new JobPlan([], plan.ToImmutable());
    }

    /// <summary>Work of one recipe that takes no arguments.</summary>
    public static StepWork.Groups Groups(
        string recipe,
        ImmutableArray<InputRule> inputs,
        ImmutableArray<OutputRule> outputs,
        ImmutableArray<TaskGroup> tasks,
        ImmutableSortedDictionary<string, string>? parameters = null) => new(
            [new StepCommand(recipe, recipe, [recipe], [], [], parameters ?? ImmutableSortedDictionary<string, string>.Empty)], inputs, outputs, tasks);

    public static JobCommand.Submit Submit(JobPlan plan, string key = "key", string fingerprint = "f") =>
        new(Id, new JobSpec("exec", "user", 0, [], Commit: false, 0, key, fingerprint), plan);

    public static JobState Job(JobPlan plan, params JobCommand[] history) =>
        history.Aggregate(After(JobState.Empty, Submit(plan)), (state, command) => After(state, command));

    public static JobCommand.Assign Start(params int[] tasks) => new(Node, Incarnation, [.. tasks]);

    public static JobCommand.ReportEnds Ended(int task, int number = 1, FailureCause? cause = null) => new(Node, [Report(task, number, cause)]);

    public static AttemptReport Report(int task, int number = 1, FailureCause? cause = null) =>
        new(new TaskAttempt(task, number), cause, cause is null ? "" : "it failed", Exit(cause is null ? 0 : 1), [], cause is null ? [Output(task, number)] : []);

    public static JobCommand.ReportEnds Held(int task, int number = 1, string reason = "seeing") => new(Node, [Report(task, number) with { Hold = reason }]);

    public static JobCommand.HoldJob Hold() => new("somebody", "wait");

    public static JobCommand.ReleaseJob Release() => new("somebody");

    public static JobCommand.RetryJob Retry(string key = "again", long? memory = null, RecipeCatalog? recipes = null, params string[] set) =>
        new("somebody", key, new RetryRequest(memory, [.. set], recipes ?? new RecipeCatalog([]), new Resources(8, 1L << 40)));

    public static JobCommand.ReportLost Lost(int task, int number = 1) => new(Node, [new TaskAttempt(task, number)], "the keeper died");

    public static JobCommand.CancelJob Cancel(bool force = false) => new("somebody", force);

    public static OutputFile Output(int task, int number, string type = "product") => new(
        $"{Id}.{task}.{number}.out", "out", $"out/{task}", 1, new string('0', 64), type, Main: true, ImmutableSortedDictionary<string, MetadataValue>.Empty, []);

    public static AttemptExit Exit(int? code, int? signal = null, EndReason reason = EndReason.Exited) =>
        new(reason, code, signal, Now, Now.AddSeconds(1), 0.5, 100L << 20, MemorySource.ResourceUsage, 0);

    /// <summary>The same plan, tried by other rules, with other resources.</summary>
    public static JobPlan Tried(this JobPlan plan, RetryRules retry, Resources? resources = null) => plan with
    {
        Steps = [.. plan.Steps.Select(step => step with { Resources = resources ?? step.Resources, Rules = step.Rules with { Retry = retry } })],
    };

    public static JobDecision Decide(JobState state, JobCommand command) => JobDecider.Decide(state, command, Now);

    public static ImmutableArray<JobEvent> EventsOf(JobDecision decision) => decision is JobDecision.Accepted accepted ? accepted.Events : [];

    public static JobState After(JobState state, JobCommand command) =>
        EventsOf(Decide(state, command)).Aggregate(state, JobEvolution.Apply);
}
