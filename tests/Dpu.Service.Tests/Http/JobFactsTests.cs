using Dpu.Domain.Jobs;
using Dpu.Journal.Views;
using Dpu.Service.Http;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

public sealed class JobFactsTests
{
    private static readonly DateTimeOffset Noon = new(2000, 4, 28, 12, 0, 0, TimeSpan.Zero);

    private readonly StoppedClock _clock = new();
    private readonly JobFacts _facts;
    private int _gathered;

    public JobFactsTests() => _facts = new JobFacts(_clock);

    [Fact]
    public async Task What_is_cheap_is_gathered_anew_each_time()
    {
        (await GetAsync(Running, TimeSpan.Zero)).ShouldBe(1);
        (await GetAsync(Running, TimeSpan.Zero)).ShouldBe(2);
    }

    [Fact]
    public async Task What_is_dear_is_good_for_twenty_times_as_long_as_it_took()
    {
        (await GetAsync(Running, TimeSpan.FromMilliseconds(100))).ShouldBe(1);
        _clock.Advance(TimeSpan.FromMilliseconds(1800));
        (await GetAsync(Running, TimeSpan.FromMilliseconds(100))).ShouldBe(1);
        _clock.Advance(TimeSpan.FromMilliseconds(200));
        (await GetAsync(Running, TimeSpan.FromMilliseconds(100))).ShouldBe(2);
    }

    [Fact]
    public async Task What_a_job_came_to_stays_until_it_runs_again()
    {
        (await GetAsync(Running, TimeSpan.Zero)).ShouldBe(1);
        (await GetAsync(Ended, TimeSpan.Zero)).ShouldBe(2);
        _clock.Advance(TimeSpan.FromMinutes(4));
        (await GetAsync(Ended, TimeSpan.Zero)).ShouldBe(2);
        (await GetAsync(Running, TimeSpan.Zero)).ShouldBe(3);
        (await GetAsync(Ended with { EndedAt = Noon.AddHours(1) }, TimeSpan.Zero)).ShouldBe(4);
    }

    [Fact]
    public async Task Jobs_and_kinds_are_told_apart_and_failures_are_not_kept()
    {
        (await GetAsync(Ended, TimeSpan.Zero)).ShouldBe(1);
        (await GetAsync(Ended with { Job = new JobId(2) }, TimeSpan.Zero)).ShouldBe(2);
        (await GetAsync(Ended, TimeSpan.Zero, "other")).ShouldBe(3);
        await Should.ThrowAsync<InvalidOperationException>(() => _facts.GetAsync<int>("bad", Ended, () => throw new InvalidOperationException("no"), CancellationToken.None));
        (await GetAsync(Ended, TimeSpan.Zero, "bad")).ShouldBe(4);
    }

    [Fact]
    public async Task Who_asks_while_it_is_gathered_waits_for_that()
    {
        var gate = new TaskCompletionSource<int>();
        var first = _facts.GetAsync("slow", Ended, () => gate.Task, CancellationToken.None);
        var second = _facts.GetAsync("slow", Ended, () => Task.FromResult(2), CancellationToken.None);
        gate.SetResult(1);
        (await first, await second).ShouldBe((1, 1));
    }

    private static JobRow Running { get; } = new(new JobId(1), "exec", "ann", JobStatus.Running, new TaskCounts(0, 0, 0, 3, 0), 0, [], false, 0, "key", "f", Noon, Noon, null, null);

    private static JobRow Ended { get; } = Running with { Status = JobStatus.Finished, EndedAt = Noon };

    private Task<int> GetAsync(JobRow line, TimeSpan takes, string kind = "kind") => _facts.GetAsync(
        kind,
        line,
        () =>
        {
            _clock.Advance(takes);
            return Task.FromResult(++_gathered);
        },
        CancellationToken.None);

    private sealed class StoppedClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
