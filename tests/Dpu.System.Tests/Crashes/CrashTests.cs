using System.Globalization;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.System.Tests.Processes;
using Shouldly;
using Xunit;

namespace Dpu.System.Tests.Crashes;

/// <summary>
/// Real processes, killed for real. Whatever dies, and whenever: the job ends, each task is accepted once, no two attempts of a task are alive at
/// once, no process is left behind, and the logs are whole. When only the service dies, nothing is started again.
/// </summary>
public sealed class CrashTests
{
    private const int Tasks = 8;
    private const int Beats = 6;

    /// <summary>Longer than any test: only a cancellation ends such a task.</summary>
    private const int EndlessBeats = 6000;

    [Theory]
    [InlineData("before", "Submitted", 1)]
    [InlineData("after", "Submitted", 1)]
    [InlineData("before", "TasksStarted", 1)]
    [InlineData("after", "TasksStarted", 1)]
    [InlineData("before", "TasksStarted", 2)]
    [InlineData("after", "TasksStarted", 2)]
    [InlineData("before", "TasksEnded", 1)]
    [InlineData("after", "TasksEnded", 1)]
    [InlineData("before", "TasksEnded", 2)]
    [InlineData("after", "TasksEnded", 2)]
    public async Task The_service_dies_around_a_commit(string moment, string eventName, int number)
    {
        await using var service = await ServiceAsync(moment, eventName, number);
        var submitted = SubmitAsync(service);
        await service.DiedAsync();
        await service.StartAsync();
        var job = await submitted;
        await FinishedAsync(service, job);
        Evidence.Read(service.EvidencePath).StartsByTask().Values.ShouldAllBe(starts => starts == 1);
        await NothingIsLeftAsync(service);
    }

    [Fact]
    public async Task The_service_dies_in_the_middle()
    {
        await using var service = await ServiceAsync();
        var job = await SubmitAsync(service);
        await RunningAsync(service);
        await service.KillServiceAsync();
        await service.StartAsync();
        await FinishedAsync(service, job);
        Evidence.Read(service.EvidencePath).StartsByTask().Values.ShouldAllBe(starts => starts == 1);
        await NothingIsLeftAsync(service);
    }

    [Fact]
    public async Task The_service_is_away_until_all_that_ran_has_ended()
    {
        await using var service = await ServiceAsync();
        var job = await SubmitAsync(service);
        await RunningAsync(service);
        await service.KillServiceAsync();
        var ended = Evidence.Read(service.EvidencePath).Count("start");
        await Eventually.HoldsAsync(() => Evidence.Read(service.EvidencePath).Count("end") >= ended, "what ran has ended");
        await service.StartAsync();
        await FinishedAsync(service, job);
        Evidence.Read(service.EvidencePath).StartsByTask().Values.ShouldAllBe(starts => starts == 1);
        await NothingIsLeftAsync(service);
    }

    [Fact]
    public async Task The_keeper_dies_in_the_middle()
    {
        await using var service = await ServiceAsync();
        var job = await SubmitAsync(service);
        await RunningAsync(service);
        service.KillKeeper();
        await FinishedAsync(service, job);
        await NothingIsLeftAsync(service);
    }

    [Fact]
    public async Task Both_die_in_the_middle()
    {
        await using var service = await ServiceAsync();
        var job = await SubmitAsync(service);
        await RunningAsync(service);
        service.KillKeeper();
        await service.KillServiceAsync();
        await service.StartAsync();
        await FinishedAsync(service, job);
        await NothingIsLeftAsync(service);
    }

    [Theory]
    [InlineData("before")]
    [InlineData("after")]
    public async Task The_service_dies_around_the_commit_of_what_the_keeper_lost(string moment)
    {
        await using var service = await ServiceAsync(moment, "AttemptsLost", 1);
        var job = await SubmitAsync(service);
        await RunningAsync(service);
        service.KillKeeper();
        await service.DiedAsync();
        await service.StartAsync();
        await FinishedAsync(service, job);
        await NothingIsLeftAsync(service);
    }

    [Theory]
    [InlineData("before")]
    [InlineData("after")]
    public async Task The_service_dies_around_the_commit_of_a_cancellation(string moment)
    {
        await using var service = await ServiceAsync(moment, "CancelRequested", 1, EndlessBeats);
        var job = await SubmitAsync(service);
        await RunningAsync(service);
        await Should.ThrowAsync<DpuException>(() => service.Client.CancelAsync(job, force: true, CancellationToken.None));
        await service.DiedAsync();
        await service.StartAsync();
        if (moment == "before")
        {
            await service.Client.CancelAsync(job, force: true, CancellationToken.None);
        }

        var ended = await EndedAsync(service, job);
        ended.Status.ShouldBe("CANCELLED");
        ended.Counts.Total.ShouldBe(Tasks);
        Evidence.Read(service.EvidencePath).Overlaps().ShouldBeEmpty();
        await NothingIsLeftAsync(service);
    }

    private static async Task<CrashableService> ServiceAsync(string moment = "never", string eventName = "None", int number = 1, int beats = Beats)
    {
        var service = new CrashableService();
        await File.WriteAllTextAsync(service.ScriptPath, Evidence.Script(beats));
        await service.StartAsync(moment, eventName, number);
        return service;
    }

    private static async Task<int> SubmitAsync(CrashableService service)
    {
        var lines = Enumerable.Range(0, Tasks).Select(n => n.ToString(CultureInfo.InvariantCulture)).ToList();
        var submission = new ExecSubmission(["sh", service.ScriptPath, service.EvidencePath, "{}"], lines);
        var accepted = await service.Client.SubmitAsync(submission, IdempotencyKey.Create(), CancellationToken.None);
        return accepted.JobId;
    }

    private static Task RunningAsync(CrashableService service) =>
        Eventually.HoldsAsync(() => Evidence.Read(service.EvidencePath).Count("beat") > 0, "tasks run");

    private static async Task FinishedAsync(CrashableService service, int job)
    {
        var ended = await EndedAsync(service, job);
        ended.Status.ShouldBe("FINISHED");
        ended.Counts.ToString().ShouldBe($"{Tasks}/0/0/0/0");
        Evidence.Read(service.EvidencePath).Overlaps().ShouldBeEmpty();
        (await service.Client.GetJobsAsync(new JobQuery { All = true }, CancellationToken.None)).Count.ShouldBe(1);
        await LogsAreWholeAsync(service, job);
    }

    private static async Task<JobSummary> EndedAsync(CrashableService service, int job)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        JobSummary? last = null;
        await foreach (var summary in service.Client.WatchJobAsync(job, limit.Token))
        {
            last = summary;
        }

        return last!;
    }

    private static async Task LogsAreWholeAsync(CrashableService service, int job)
    {
        var detail = await service.Client.GetJobAsync(job, tasks: true, CancellationToken.None);
        var lines = new List<LogLine>();
        await foreach (var line in service.Client.GetLogsAsync(job, null, CancellationToken.None))
        {
            lines.Add(line);
        }

        foreach (var task in detail.Tasks!)
        {
            var accepted = task.Attempts.Single(attempt => attempt.State == "Normal").Attempt;
            lines.Where(line => line.Task == task.Task && line.Attempt == accepted).Select(line => line.Text)
                .ShouldBe(Enumerable.Range(1, Beats).Select(n => $"line {n} of {job}/{task.Task}/{accepted}"));
        }
    }

    private static async Task NothingIsLeftAsync(CrashableService service)
    {
        ProcessTable.Mentioning(service.EvidencePath).Select(ProcessTable.CommandLineOf).ShouldBeEmpty();
        await service.StopAsync();
        await Eventually.HoldsAsync(() => ProcessTable.Mentioning(service.Data).Count == 0, "the keeper has ended with its service");
    }
}
