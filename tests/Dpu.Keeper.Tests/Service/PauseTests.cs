using Dpu.Domain.Execution;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Service;

/// <summary>A service that has no room for more output: the keeper keeps it, and everything else goes on.</summary>
public sealed class PauseTests : IAsyncLifetime
{
    private const int Lines = 200_000;
    private const int LineBytes = 12;
    private static readonly AttemptLimits Wide = TestKeeper.NoLimits with { LogHeadBytes = 64 << 20 };

    private readonly TestKeeper _keeper = new(null, "--unacknowledged-bytes", "65536");

    public async Task InitializeAsync() => await _keeper.ConnectedAsync();

    public async Task DisposeAsync() => await _keeper.DisposeAsync();

    [Fact]
    public async Task What_comes_meanwhile_waits_on_the_keepers_disk_and_comes_in_order()
    {
        var loud = await PrintAllAsync();
        HeardBytes(loud).ShouldBeLessThan(Lines * LineBytes / 2);
        Directory.EnumerateFiles(Path.Combine(_keeper.Node, "spool")).ShouldNotBeEmpty();

        _keeper.Launcher.Resume();
        (await AcknowledgeUntilEndAsync(loud)).Out.ShouldBe(string.Concat(Enumerable.Range(1, Lines).Select(i => $"line {i:D6}\n")));
    }

    [Fact]
    public async Task Requests_go_out_although_nothing_is_read()
    {
        Fifo.Make(_keeper.WorkDirectory, "up");
        var loud = await PrintAllAsync();
        var quiet = _keeper.Shell("trap 'echo ended > up; exit' TERM; echo started > up; while :; do sleep 0.05; done");
        _keeper.Launcher.Start([quiet]);
        (await Fifo.ReadAsync(_keeper.WorkDirectory, "up")).ShouldBe("started");
        _keeper.Launcher.End(quiet.Attempt, EndReason.Cancelled);
        (await Fifo.ReadAsync(_keeper.WorkDirectory, "up")).ShouldBe("ended");

        _keeper.Launcher.Resume();
        (await AcknowledgeUntilEndAsync(quiet)).Exit.Reason.ShouldBe(EndReason.Cancelled);
        (await AcknowledgeUntilEndAsync(loud)).Exit.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task The_death_of_the_keeper_is_noticed()
    {
        await PrintAllAsync();
        var first = (await _keeper.ConnectedAsync()).Incarnation;
        _keeper.KillKeeper();
        await _keeper.WaitAsync<LauncherEvent.Disconnected>(_ => true);
        await _keeper.WaitAsync<LauncherEvent.Connected>(e => e.Incarnation != first);
    }

    [Fact]
    public async Task An_orderly_stop_gets_its_answer()
    {
        await PrintAllAsync();
        (await _keeper.Launcher.QuitAsync(CancellationToken.None).WaitAsync(TestKeeper.Patience)).ShouldBeFalse();
    }

    /// <summary>A recipe that has printed more than sockets and memory hold, while nothing is read.</summary>
    private async Task<LaunchRequest> PrintAllAsync()
    {
        Fifo.Make(_keeper.WorkDirectory, "go");
        Fifo.Make(_keeper.WorkDirectory, "done");
        var loud = await _keeper.StartAsync(_keeper.Shell($"read x < go; seq -f 'line %06.0f' {Lines}; echo all > done", Wide));
        _keeper.Launcher.Pause();
        Fifo.Write(_keeper.WorkDirectory, "go", "");
        (await Fifo.ReadAsync(_keeper.WorkDirectory, "done")).ShouldBe("all");
        return loud;
    }

    private long HeardBytes(LaunchRequest of) => _keeper.Events.OfType<LauncherEvent.Output>().Where(e => e.Attempt == of.Attempt).Sum(e => e.Bytes.Length);

    private async Task<AttemptResult> AcknowledgeUntilEndAsync(LaunchRequest request)
    {
        for (var seen = 0L; !_keeper.Events.OfType<LauncherEvent.Exited>().Any(e => e.Attempt == request.Attempt);)
        {
            _keeper.AcknowledgeAll();
            seen = (await _keeper.WaitAsync<LauncherEvent.Numbered>(e => e.SequenceNr > seen)).SequenceNr;
        }

        return await _keeper.ResultAsync(request.Attempt);
    }
}
