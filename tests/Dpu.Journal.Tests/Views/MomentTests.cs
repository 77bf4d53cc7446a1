using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Store;
using Dpu.Journal.Tests.EventJournal;
using Dpu.Journal.Views;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Views;

/// <summary>The queue as it was at a past moment.</summary>
public sealed class MomentTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Noon = new(2000, 4, 28, 12, 0, 0, TimeSpan.Zero);
    private static readonly Caller Operator = new("op", UserType.Operator, []);

    private readonly MemoryStore _store = new(Notes.Codec);

    public void Dispose() => _store.Dispose();

    [Fact]
    public void At_any_moment_every_job_stands_as_the_events_until_then_make_it() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(30),
        Prop.ForAll<int>(seed =>
        {
            var script = new JobScript(seed, jobs: 3, commands: 60);
            using var store = new MemoryStore();
            foreach (var (id, expected, item) in script.Events)
            {
                store.Journal.AppendAsync(id, expected, [item], None).IsCompletedSuccessfully.ShouldBeTrue();
            }

            var states = new Dictionary<string, JobState>(StringComparer.Ordinal);
            for (var index = 0; index < script.Events.Count; index++)
            {
                var (id, _, item) = script.Events[index];
                states[id] = JobEvolution.Apply(states.GetValueOrDefault(id, JobState.Empty), item);
                if (index + 1 == script.Events.Count || script.Events[index + 1].Event.At > item.At)
                {
                    Compare(store.Views.SeenBy(Operator), item.At, [.. states.Values]);
                }
            }
        }));

    [Fact]
    public async Task Jobs_of_a_moment_come_in_pages_newest_first_and_those_of_later_are_not_there()
    {
        for (var job = 1; job <= 5; job++)
        {
            await SubmitAsync(job, Noon.AddMinutes(job), job == 2 ? "bob" : "ann");
        }

        var queue = _store.Views.SeenBy(Operator);
        var first = await queue.GetMomentAsync(new MomentFilter(Noon.AddMinutes(4), Limit: 2), None);
        first.Jobs.Select(row => row.Job.Value).ShouldBe([4, 3]);
        (first.Submitted, first.Unfinished, first.First).ShouldBe((4, 4, Noon.AddMinutes(1)));
        (first.Earlier, first.Later).ShouldBe((Noon.AddMinutes(3), Noon.AddMinutes(5)));
        (await queue.GetMomentAsync(new MomentFilter(Noon.AddMinutes(4), Before: new JobId(3)), None)).Jobs.Select(row => row.Job.Value).ShouldBe([2, 1]);
        (await queue.GetMomentAsync(new MomentFilter(Noon.AddMinutes(4), User: "bob"), None)).Jobs.Select(row => row.Job.Value).ShouldBe([2]);
        var before = await queue.GetMomentAsync(new MomentFilter(Noon), None);
        (before.Jobs.Length, before.Submitted, before.Earlier, before.Later).ShouldBe((0, 0, null, Noon.AddMinutes(1)));
    }

    [Fact]
    public async Task Of_what_had_not_ended_a_job_that_had_ended_and_was_tried_again_later_is_no_part()
    {
        await SubmitAsync(1, Noon, "ann");
        await AppendAsync(1, 1, new JobEvent.TasksStarted("n1", Guid.Empty, [new TaskAttempt(0, 1)], Noon.AddMinutes(1)));
        await AppendAsync(1, 2, new JobEvent.TasksEnded("n1", [new AttemptEnd(0, 1, FailureCause.Recipe, false, "no", null, [], [])], Noon.AddMinutes(2)));
        await AppendAsync(1, 3, new JobEvent.TasksReopened("ann", "again", [new TaskRange(0, 1)], [], Noon.AddMinutes(5)));

        var queue = _store.Views.SeenBy(Operator);
        async Task<IEnumerable<int>> AtAsync(int minutes) =>
            (await queue.GetMomentAsync(new MomentFilter(Noon.AddMinutes(minutes), Unfinished: true), None)).Jobs.Select(row => row.Job.Value);
        (await AtAsync(1)).ShouldBe([1]);
        (await AtAsync(3)).ShouldBeEmpty();
        (await AtAsync(6)).ShouldBe([1]);
        var failed = (await queue.GetMomentAsync(new MomentFilter(Noon.AddMinutes(3)), None)).Jobs.ShouldHaveSingleItem();
        (failed.Status, failed.Counts, failed.EndedAt).ShouldBe((JobStatus.Failed, new TaskCounts(0, 1, 0, 0, 0), Noon.AddMinutes(2)));
    }

    [Fact]
    public async Task What_is_private_is_in_nobody_elses_past()
    {
        await SubmitAsync(1, Noon, "ann", Privileges.MyDb);
        await SubmitAsync(2, Noon.AddMinutes(2), "ann");
        var bob = await _store.Views.SeenBy(new Caller("bob", UserType.Developer, ["common"])).GetMomentAsync(new MomentFilter(Noon.AddMinutes(1)), None);
        (bob.Jobs.Length, bob.Submitted, bob.Unfinished, bob.Earlier, bob.First).ShouldBe((0, 0, 0, null, Noon.AddMinutes(2)));
        (await _store.Views.SeenBy(new Caller("ann", UserType.Developer, ["common"])).GetMomentAsync(new MomentFilter(Noon.AddMinutes(1)), None)).Jobs.Length.ShouldBe(1);
    }

    private static void Compare(IVisibleViews views, DateTimeOffset at, IReadOnlyCollection<JobState> states)
    {
        var task = views.GetMomentAsync(new MomentFilter(at), None);
        task.IsCompleted.ShouldBeTrue("views in memory answer at once");
        var moment = task.GetAwaiter().GetResult();
        moment.Jobs.Select(row => (row.Job.Value, row.Status, row.Counts, row.StartedAt, row.EndedAt, row.HeldBy, row.Priority)).ShouldBe(
            states.Select(state => (state.Id.Value, state.Status, state.Counts, state.StartedAt, state.EndedAt, state.Held?.By, state.Priority)), ignoreOrder: true);
        moment.Submitted.ShouldBe(states.Count);
    }

    private Task SubmitAsync(int job, DateTimeOffset at, string user, Privileges privileges = Privileges.Users)
    {
        var step = new StepPlan("echo", null, 0, 1, new Resources(1, 0), null, new StepWork.Exec(["echo"], TaskLines.Pack(["x"])));
        var spec = new JobSpec("echo", user, 0, [], true, 1, $"key-{job}", "f00d") { Context = new WorkContext("common", privileges) };
        return AppendAsync(job, 0, new JobEvent.Submitted(new JobId(job), spec, new JobPlan([], [step]), at));
    }

    private Task AppendAsync(int job, long expected, JobEvent item) => _store.Journal.AppendAsync(JobPersistenceId.Of(new JobId(job)), expected, [item], None);
}
