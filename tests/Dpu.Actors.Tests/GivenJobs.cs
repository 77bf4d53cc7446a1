using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Actors.Tests;

/// <summary>Jobs and attempts to test with.</summary>
internal static class GivenJobs
{
    public static readonly JobId First = new(1);
    public static readonly Resources OneCpu = new(1, 0);
    public static readonly Guid Incarnation = new("11111111-1111-1111-1111-111111111111");
    public static readonly Guid OtherIncarnation = new("22222222-2222-2222-2222-222222222222");
    public static readonly DateTimeOffset Now = new(2000, 4, 28, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A job of so many independent commands.</summary>
    public static JobCommand.Submit Submit(int tasks, JobId? job = null, string key = "key", string fingerprint = "f") => new(
        job ?? First,
        new JobSpec("exec", "user", 0, [], Commit: false, 0, key, fingerprint),
        Plan(tasks));

    public static JobPlan Plan(int tasks, Resources? resources = null) => new(
        [],
        [new StepPlan("run", null, 0, tasks, resources ?? OneCpu, null, new StepWork.Exec(["run", "{}"], TaskLines.Pack(Enumerable.Range(0, tasks).Select(i => $"{i}"))))]);

    public static AttemptId Attempt(int task, int number = 1, JobId? job = null) => new(job ?? First, task, number);

    public static TaskStart Command(AttemptId attempt, Resources? resources = null) =>
        new(attempt, "run", resources ?? OneCpu, null, ["run"], TaskWork.Plain);

    public static TaskStart Recipe(AttemptId attempt) => new(
        attempt,
        "Bias",
        OneCpu,
        null,
        ["bias"],
        new TaskWork.Directed(
            "Bias",
            ImmutableSortedDictionary<string, string>.Empty,
            [],
            ImmutableSortedDictionary<string, ImmutableArray<InputFile>>.Empty,
            []));

    public static AttemptExit Exit(int? code = 0, EndReason reason = EndReason.Exited, int? signal = null) =>
        new(reason, code, signal, Now, Now.AddSeconds(1), 0.5, 1000, MemorySource.ResourceUsage, 0);

    public static JobCommand.Assign Assign(params int[] tasks) => new("node", Incarnation, [.. tasks]);

    public static JobCommand.ReportEnds Ended(params AttemptId[] attempts) => new("node", [.. attempts.Select(a => Report(a))]);

    public static AttemptReport Report(AttemptId attempt, FailureCause? cause = null) =>
        new(new TaskAttempt(attempt.Task, attempt.Number), cause, cause is null ? "" : "failed", Exit(cause is null ? 0 : 1), [], []);
}
