using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Store;
using Dpu.Journal.Tests.EventJournal;
using Dpu.Journal.Views;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Views;

/// <summary>What was done by the hour and by the day, and the sums of the queue.</summary>
public sealed class WorkTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Eleven = new(2000, 4, 28, 23, 0, 0, TimeSpan.Zero);
    private static readonly Caller Operator = new("op", UserType.Operator, []);

    private readonly MemoryStore _store = new(Notes.Codec);

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Sums_of_the_queue_and_of_work_are_those_of_their_rows() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(40),
        Prop.ForAll<int>(seed =>
        {
            var script = new JobScript(seed, jobs: 4, commands: 80);
            using var store = new MemoryStore();
            foreach (var (id, expected, item) in script.Events)
            {
                store.Journal.AppendAsync(id, expected, [item], None).IsCompletedSuccessfully.ShouldBeTrue();
            }

            store.Views.CaughtUpAsync(None).IsCompletedSuccessfully.ShouldBeTrue();
            Rows(store.Tables, "SELECT user, project, privileges, status, SUM(jobs), SUM(normal), SUM(error), SUM(aborted), SUM(submitted), SUM(unknown) FROM queue_totals GROUP BY 1, 2, 3, 4")
                .ShouldBe(Rows(store.Tables, "SELECT user, project, privileges, status, COUNT(*), SUM(normal), SUM(error), SUM(aborted), SUM(submitted), SUM(unknown) FROM jobs GROUP BY 1, 2, 3, 4"));
            foreach (var span in new[] { "hour", "day" })
            {
                Rows(store.Tables, $"SELECT user, SUM(started), SUM(normal), SUM(failed), SUM(lost), SUM(wall_us), SUM(cpu_us) FROM work WHERE span = '{span}' GROUP BY user HAVING SUM(started + normal + failed + lost) > 0")
                    .ShouldBe(Rows(store.Tables, "SELECT user, SUM(started), SUM(normal), SUM(failed), SUM(lost), SUM(wall_us), SUM(cpu_us) FROM statistics GROUP BY user"));
                Rows(store.Tables, $"SELECT SUM(count) FROM work_tallies WHERE span = '{span}' AND kind = 'cause' HAVING SUM(count) > 0")
                    .ShouldBe(Rows(store.Tables, "SELECT SUM(failed + lost) FROM statistics HAVING SUM(failed + lost) > 0"));
                Rows(store.Tables, $"SELECT SUM(jobs_submitted), SUM(jobs_started) FROM work WHERE span = '{span}'")
                    .ShouldBe(Rows(store.Tables, "SELECT COUNT(*), COUNT(started_at) FROM jobs"));
            }
        }));

    [Fact]
    public async Task Work_stands_in_its_hour_and_its_day_and_tells_how_long_jobs_waited()
    {
        await RunAsync(1, "ann", Eleven, startsAfterSeconds: 5, FailureCause.Memory);
        await RunAsync(2, "ann", Eleven.AddMinutes(50), startsAfterSeconds: 1200, cause: null);
        var queue = _store.Views.SeenBy(Operator);

        var hours = await queue.GetWorkAsync(WorkSpan.Hour, Eleven, Eleven.AddHours(2), None);
        hours.Rows.Select(row => (row.Begin, row.JobsSubmitted, row.JobsStarted, row.JobsFinished, row.JobsFailed, row.WaitedSeconds, row.Normal, row.Failed, row.WallSeconds)).ShouldBe(
        [
            (Eleven, 2, 1, 0, 1, 5, 0, 1, 60),
            (Eleven.AddHours(1), 0, 1, 1, 0, 1200, 1, 0, 60),
        ]);
        hours.Causes.ShouldBe([KeyValuePair.Create("Memory", 1L)]);
        hours.Waits.ShouldBe([KeyValuePair.Create(10.0, 1L), KeyValuePair.Create(3600.0, 1L)]);
        hours.Users.ShouldBe([new WorkOfUser("ann", 2, 2, 120, 2)]);

        var day = await queue.GetWorkAsync(WorkSpan.Day, Eleven, Eleven.AddHours(1), None);
        day.Rows.ShouldHaveSingleItem().Begin.ShouldBe(new DateTimeOffset(2000, 4, 28, 0, 0, 0, TimeSpan.Zero));
        (day.Rows[0].JobsSubmitted, day.Rows[0].JobsStarted).ShouldBe((2, 1));
        (await queue.GetWorkAsync(WorkSpan.Hour, Eleven.AddHours(2), Eleven.AddHours(3), None)).Rows.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_private_is_in_nobody_elses_sums_and_causes_are_for_those_who_may_look_inside()
    {
        await RunAsync(1, "ann", Eleven, startsAfterSeconds: 1, FailureCause.Memory, new WorkContext("common", Privileges.MyDb));
        await RunAsync(2, "ann", Eleven, startsAfterSeconds: 1, FailureCause.Time, new WorkContext("secret", Privileges.Project));

        async Task<(long Jobs, int Causes, long Queue)> SeenByAsync(Caller caller)
        {
            var queue = _store.Views.SeenBy(caller);
            var work = await queue.GetWorkAsync(WorkSpan.Day, Eleven, Eleven.AddDays(1), None);
            return (work.Rows.Sum(row => row.JobsSubmitted), work.Causes.Count, (await queue.GetTotalsAsync(None)).Jobs.Values.Sum());
        }

        (await SeenByAsync(new Caller("ann", UserType.Developer, ["common"]))).ShouldBe((2, 2, 2));
        (await SeenByAsync(new Caller("bob", UserType.Developer, ["common"]))).ShouldBe((1, 0, 1));
        (await SeenByAsync(new Caller("bob", UserType.Developer, ["common", "secret"]))).ShouldBe((1, 1, 1));
        (await SeenByAsync(Caller.Visitor)).ShouldBe((1, 0, 1));
    }

    [Fact]
    public async Task Ends_of_the_last_hour_are_counted_by_the_second_and_older_ones_forgotten()
    {
        await RunAsync(1, "ann", Eleven, startsAfterSeconds: 0, cause: null);
        await RunAsync(2, "ann", Eleven.AddMinutes(59), startsAfterSeconds: 0, FailureCause.Recipe);
        var end = Eleven.AddMinutes(60);
        (await _store.Views.CountEndedAttemptsAsync(end.AddSeconds(1), None)).ShouldBe(0);
        (await _store.Views.CountEndedAttemptsAsync(end, None)).ShouldBe(1);
        (await _store.Views.CountEndedAttemptsAsync(end.AddHours(-1), None)).ShouldBe(2);

        await RunAsync(3, "ann", Eleven.AddMinutes(60), startsAfterSeconds: 0, cause: null);
        (await _store.Views.CountEndedAttemptsAsync(DateTimeOffset.UnixEpoch, None)).ShouldBe(2);
    }

    [Fact]
    public async Task Estimates_are_scored_by_jobs_that_ended_in_the_time()
    {
        await RunAsync(1, "ann", Eleven, startsAfterSeconds: 1, cause: null);
        var queue = _store.Views.SeenBy(Operator);
        (await queue.GetWorkAsync(WorkSpan.Hour, Eleven, Eleven.AddHours(1), None)).Estimates.ShouldHaveSingleItem().Program.ShouldBe("echo");
        (await queue.GetWorkAsync(WorkSpan.Hour, Eleven.AddHours(1), Eleven.AddHours(2), None)).Estimates.ShouldBeEmpty();
    }

    private static List<string> Rows(Database database, string sql)
    {
        using var query = database.PrepareOnce(sql);
        var rows = new List<string>();
        while (query.Step())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, query.Columns).Select(column => query.TextOrNull(column))));
        }

        return rows;
    }

    private Task RunAsync(int job, string user, DateTimeOffset at, int startsAfterSeconds, FailureCause? cause, WorkContext? context = null)
    {
        var step = new StepPlan("echo", null, 0, 1, new Resources(1, 0), null, new StepWork.Exec(["echo"], TaskLines.Pack(["x"]))) { Rules = StepRules.Usual with { ExpectedSeconds = 60 } };
        var spec = new JobSpec("echo", user, 0, [], true, 1, $"key-{job}", "f00d") { Context = context ?? new WorkContext("common", Privileges.Users) };
        var started = at.AddSeconds(startsAfterSeconds);
        var exit = new AttemptExit(EndReason.Exited, cause is null ? 0 : 1, null, started, started.AddMinutes(1), 1, 1, MemorySource.Sampled, 7);
        return _store.Journal.AppendAsync(
            JobPersistenceId.Of(new JobId(job)),
            0,
            [
                new JobEvent.Submitted(new JobId(job), spec, new JobPlan([], [step]), at),
                new JobEvent.TasksStarted("n1", Guid.Empty, [new TaskAttempt(0, 1)], started),
                new JobEvent.TasksEnded("n1", [new AttemptEnd(0, 1, cause, false, "", exit, [], [])], started.AddMinutes(1)),
            ],
            None);
    }
}
