using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Store;
using Dpu.Journal.Tests.EventJournal;
using Dpu.Journal.Tests.Store;
using Dpu.Journal.Views;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Views;

/// <summary>A view equals the fold of the journal, however the events came.</summary>
public sealed class ViewPropertyTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public void Folding_in_any_batches_gives_the_rows_of_one_fold() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(60),
        Prop.ForAll<int>(seed =>
        {
            var script = new JobScript(seed, jobs: 3, commands: 60);
            var batches = new Random(seed);
            using var whole = new MemoryStore(Notes.Codec);
            using var parts = new MemoryStore();
            foreach (var (id, expected, item) in script.Events)
            {
                whole.Journal.AppendAsync(id, expected, [item], None).IsCompletedSuccessfully.ShouldBeTrue();
                parts.Journal.AppendAsync(id, expected, [item], None).IsCompletedSuccessfully.ShouldBeTrue();
                if (batches.Next(4) == 0)
                {
                    parts.Views.CaughtUpAsync(None).IsCompletedSuccessfully.ShouldBeTrue();
                }
            }

            whole.Views.CaughtUpAsync(None).IsCompletedSuccessfully.ShouldBeTrue();
            parts.Views.CaughtUpAsync(None).IsCompletedSuccessfully.ShouldBeTrue();
            TableDump.Of(parts.Tables).ShouldBe(TableDump.Of(whole.Tables));
        }));

    [Fact]
    public void Views_say_what_the_jobs_own_states_say() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(60),
        Prop.ForAll<int>(seed =>
        {
            var script = new JobScript(seed, jobs: 3, commands: 80);
            using var store = new MemoryStore();
            foreach (var (id, expected, item) in script.Events)
            {
                store.Journal.AppendAsync(id, expected, [item], None).IsCompletedSuccessfully.ShouldBeTrue();
            }

            foreach (var state in script.States.Values)
            {
                Compare(store.Views, state);
            }

            Done(store.Views.GetUnfinishedJobsAsync(None)).ShouldBe(script.States.Values.Where(state => !state.Ended).Select(state => state.Id).OrderBy(id => id.Value));
            Done(store.Views.GetStatisticsAsync(DateOnly.MinValue, None)).RunningAttempts.ShouldBe(script.States.Values.Sum(state => state.Running.Count));
        }));

    [Fact]
    public async Task The_file_follows_by_itself_and_a_rebuild_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        using var directory = DataDirectory.Take(folder.Path);
        var script = new JobScript(seed: 5, jobs: 20, commands: 600);
        List<string> followed;
        await using (var store = SqliteStore.Open(directory, Notes.Codec, TimeProvider.System))
        {
            foreach (var (id, expected, item) in script.Events)
            {
                await store.Journal.AppendAsync(id, expected, [item], None);
            }

            await store.Views.CaughtUpAsync(None);
            followed = Dump(directory);
            followed.Count.ShouldBeGreaterThan(script.Events.Count / 2);
            (await store.Views.CountEndedAttemptsAsync(DateTimeOffset.UnixEpoch, None))
                .ShouldBe(script.Events.Select(written => written.Event).OfType<JobEvent.TasksEnded>().Sum(ended => ended.Ends.Length));
            await store.RebuildViewsAsync(None);
            Dump(directory).ShouldBe(followed);
        }

        // As a program with other views finds it: they are dropped, and folded from what is stored.
        using (var database = Database.OpenWriter(directory.DatabasePath))
        {
            database.Execute("UPDATE projections SET version = 0; DELETE FROM tasks");
        }

        await using (var store = SqliteStore.Open(directory, Notes.Codec, TimeProvider.System))
        {
            await store.Views.CaughtUpAsync(None);
        }

        Dump(directory).ShouldBe(followed);
    }

    private static void Compare(IViews views, JobState state)
    {
        var details = Done(views.GetJobAsync(state.Id, None)).ShouldNotBeNull();
        details.Job.Status.ShouldBe(state.Status);
        details.Job.Counts.ShouldBe(state.Counts);
        details.Job.StartedAt.ShouldBe(state.StartedAt);
        details.Job.EndedAt.ShouldBe(state.EndedAt);
        details.Job.SubmittedAt.ShouldBe(state.SubmittedAt);
        details.Job.Priority.ShouldBe(state.Priority);
        (details.Job.HeldBy, details.Job.HeldBecause).ShouldBe((state.Held?.By, state.Held?.Reason));
        details.Job.After.ShouldBe(state.Spec!.After);
        details.Job.WaitsFor.ShouldBe(state.WaitsFor);
        details.Steps.Select(step => step.Resources).ShouldBe(state.Plan.Steps.Select(step => step.Resources));
        var results = Done(views.GetResultsAsync(state.Id, None)).Select(result => (result.File.MadeBy!.Value.Task, result.File.MadeBy.Value.Number));
        results.ShouldAllBe(made => state.Cells[made.Task].State == TaskState.Normal && state.Cells[made.Task].Attempts == made.Number);
        details.Steps.Select(step => step.Counts).ShouldBe(state.StepCounts);

        var tasks = Done(views.GetTasksAsync(state.Id, new TaskFilter(), None));
        tasks.Length.ShouldBe(state.Cells.Length);
        for (var task = 0; task < tasks.Length; task++)
        {
            tasks[task].Task.ShouldBe(task);
            tasks[task].State.ShouldBe(Shown(state.Cells[task].State));
            tasks[task].Attempts.Length.ShouldBe(state.Cells[task].Attempts);
            if (state.Running.ContainsKey(task))
            {
                tasks[task].Attempts[^1].MemoryBytes.ShouldBe(state.ResourcesOf(task).MemoryBytes);
            }

        }

        foreach (var shown in Enum.GetValues<TaskViewState>())
        {
            Done(views.GetTasksAsync(state.Id, new TaskFilter(State: shown), None)).Select(task => task.Task)
                .ShouldBe(tasks.Where(task => task.State == shown).Select(task => task.Task));
        }

        Done(views.GetTasksAsync(state.Id, new TaskFilter(From: 2, Limit: 3), None)).Select(task => task.Task)
            .ShouldBe(tasks.Skip(2).Take(3).Select(task => task.Task));
        CompareFilters(views, state.Id, tasks);
        CompareSums(views.SeenBy(Operator), state.Id, tasks);
    }

    private static void CompareFilters(IViews views, JobId job, ImmutableArray<TaskRow> tasks)
    {
        int[] Found(TaskFilter filter) => [.. Done(views.GetTasksAsync(job, filter, None)).Select(task => task.Task)];
        int[] Expected(Func<TaskRow, bool> wanted) => [.. tasks.Where(wanted).Select(task => task.Task)];
        foreach (var step in tasks.Select(task => task.StepName).Distinct())
        {
            Found(new TaskFilter { Step = step }).ShouldBe(Expected(task => task.StepName == step));
            Found(new TaskFilter(State: TaskViewState.Aborted) { Step = step }).ShouldBe(Expected(task => task.StepName == step && task.State == TaskViewState.Aborted));
        }

        foreach (var node in new[] { "node0", "node1", "nowhere" })
        {
            Found(new TaskFilter { Node = node }).ShouldBe(Expected(task => task.Attempts.Any(attempt => attempt.Node == node)));
            Found(new TaskFilter(From: 1, State: TaskViewState.Normal) { Node = node })
                .ShouldBe(Expected(task => task.Task >= 1 && task.State == TaskViewState.Normal && task.Attempts.Any(attempt => attempt.Node == node)));
        }

        foreach (var cause in Enum.GetValues<FailureCause>())
        {
            Found(new TaskFilter { Cause = cause }).ShouldBe(Expected(task => task.Cause == cause));
        }

        Found(new TaskFilter { Step = "none" }).ShouldBeEmpty();
    }

    private static void CompareSums(IVisibleViews views, JobId job, ImmutableArray<TaskRow> tasks)
    {
        Done(views.GetRunningAsync(job, None)).Sum().ShouldBe(tasks.Count(task => task.State == TaskViewState.Running));
        var sample = Done(views.SampleAttemptsAsync(job, int.MaxValue / 2, None)).ShouldNotBeNull();
        sample.Attempts.Select(attempt => (attempt.Task, attempt.Number, attempt.Node, attempt.StartedAt, attempt.EndedAt))
            .ShouldBe(tasks.SelectMany(task => task.Attempts.Select(attempt => (task.Task, attempt.Number, attempt.Node, attempt.StartedAt, attempt.EndedAt))));
        var third = Done(views.SampleAttemptsAsync(job, (tasks.Length + 2) / 3, None)).ShouldNotBeNull();
        third.Attempts.Select(attempt => (attempt.Task, attempt.Number))
            .ShouldBe(sample.Attempts.Where(attempt => attempt.Task % third.Stride == 0).Select(attempt => (attempt.Task, attempt.Number)));
        var notable = Done(views.GetNotableTasksAsync(job, int.MaxValue, slowest: 2, None)).Select(task => task.Task).ToHashSet();
        tasks.Where(task => task.State is TaskViewState.Running or TaskViewState.Held or TaskViewState.Unknown || task.Attempts.Length > 1).ShouldAllBe(task => notable.Contains(task.Task));
        foreach (var task in tasks)
        {
            Done(views.GetTaskAsync(job, task.Task, None))!.State.ShouldBe(task.State);
        }

        Done(views.GetTaskAsync(job, tasks.Length, None)).ShouldBeNull();
    }

    private static readonly Domain.Users.Caller Operator = Domain.Users.Caller.OperatorNamed("root");

    private static TaskViewState Shown(TaskState state) => state switch
    {
        TaskState.Blocked or TaskState.Ready => TaskViewState.Submitted,
        _ => Enum.Parse<TaskViewState>(state.ToString()),
    };

    private static List<string> Dump(DataDirectory directory)
    {
        using var database = Database.OpenReader(directory.DatabasePath);
        return TableDump.Of(database);
    }

    private static T Done<T>(Task<T> task)
    {
        task.IsCompleted.ShouldBeTrue("views in memory answer at once");
        return task.GetAwaiter().GetResult();
    }
}
