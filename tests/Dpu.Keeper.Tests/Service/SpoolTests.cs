using System.Globalization;
using System.Text.RegularExpressions;
using Dpu.Domain.Execution;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Service;

/// <summary>A recipe is never stopped by a service that is not there.</summary>
public sealed class SpoolTests : IAsyncLifetime
{
    private const int Bound = 64 << 10;
    private static readonly AttemptLimits Wide = TestKeeper.NoLimits with { LogHeadBytes = 64 << 20 };

    private readonly TestKeeper _keeper = new(null, "--unacknowledged-bytes", $"{Bound}");

    public async Task InitializeAsync() => await _keeper.ConnectedAsync();

    public async Task DisposeAsync() => await _keeper.DisposeAsync();

    [Fact]
    public async Task What_memory_does_not_hold_comes_back_from_the_disk_in_order()
    {
        const int lines = 30_000;
        var request = await _keeper.StartAsync(_keeper.Shell($"seq -f 'line %06.0f' {lines}; echo $? > finished; sleep 1000", Wide));
        await AwaitFileAsync("finished");
        await _keeper.DropServiceAsync();
        Directory.EnumerateFiles(Path.Combine(_keeper.Node, "spool")).ShouldNotBeEmpty();

        _keeper.Reconnect();
        await _keeper.ConnectedAsync();
        _keeper.Launcher.End(request.Attempt, EndReason.Cancelled);
        var result = await AcknowledgeUntilEndAsync(request);

        result.Out.ShouldBe(string.Concat(Enumerable.Range(1, lines).Select(i => $"line {i:D6}\n")));
        result.Events.Select(e => e.SequenceNr).ShouldBe(result.Events.Select((_, i) => result.Events[0].SequenceNr + i));
        Directory.EnumerateFiles(Path.Combine(_keeper.Node, "spool")).ShouldBeEmpty();
    }

    [Fact]
    public async Task When_the_disk_takes_nothing_output_is_lost_and_that_is_said_but_never_the_exit()
    {
        // A file in the place of the directory: every attempt to write there fails, for root too.
        Directory.Delete(Path.Combine(_keeper.Node, "spool"));
        await File.WriteAllTextAsync(Path.Combine(_keeper.Node, "spool"), "");
        var request = await _keeper.StartAsync(_keeper.Shell("seq -f 'line %06.0f' 30000; echo > finished; exit 7", Wide));
        await AwaitFileAsync("finished");
        ShouldTellWhatWasLost(await AcknowledgeUntilEndAsync(request), 2 * Bound, "the node's disk is full");
    }

    [Fact]
    public async Task When_the_spool_holds_its_share_output_is_lost_and_that_is_said_but_never_the_exit()
    {
        await using var small = new TestKeeper(null, "--unacknowledged-bytes", $"{Bound}", "--spool-bytes", $"{Bound}");
        var request = await small.StartAsync(small.Shell("seq -f 'line %06.0f' 30000; echo > finished; exit 7", Wide));
        await AwaitFileAsync(small, "finished");
        ShouldTellWhatWasLost(await AcknowledgeUntilEndAsync(small, request), 3 * Bound, "as much as dpu.node.spool-max waits on the node");
    }

    private static void ShouldTellWhatWasLost(AttemptResult result, int keptMax, string why)
    {
        result.Exit.ExitCode.ShouldBe(7);
        result.Exit.OutputBytes.ShouldBe(30_000 * 12);
        result.Out.Length.ShouldBeInRange(1, keptMax);
        Regex.Matches(result.Error, $@"\[dpu: (\d+) bytes of output were lost here: {why}\]\n")
            .Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            .ShouldBe((int)result.Exit.OutputBytes - result.Out.Length);
        result.Events.Select(e => e.SequenceNr).ShouldBe(result.Events.Select((_, i) => result.Events[0].SequenceNr + i));
    }

    /// <summary>Acknowledges as a service does that has little memory: what has come, again and again, until the end has.</summary>
    private Task<AttemptResult> AcknowledgeUntilEndAsync(LaunchRequest request) => AcknowledgeUntilEndAsync(_keeper, request);

    private static async Task<AttemptResult> AcknowledgeUntilEndAsync(TestKeeper keeper, LaunchRequest request)
    {
        var seen = 0L;
        while (true)
        {
            var next = await keeper.WaitAsync<LauncherEvent.Numbered>(e => e.SequenceNr > seen);
            seen = keeper.Events.OfType<LauncherEvent.Numbered>().Max(e => e.SequenceNr);
            keeper.Launcher.Acknowledge(seen);
            if (keeper.Events.OfType<LauncherEvent.Exited>().Any(e => e.Attempt == request.Attempt))
            {
                return await keeper.ResultAsync(next.Attempt);
            }
        }
    }

    /// <summary>The recipe says by a file that it has printed everything: by an event it could not, as nobody acknowledges.</summary>
    private Task AwaitFileAsync(string name) => AwaitFileAsync(_keeper, name);

    private static async Task AwaitFileAsync(TestKeeper keeper, string name)
    {
        using var watcher = new FileSystemWatcher(keeper.WorkDirectory);
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Created += (_, change) => Check(change.Name);
        watcher.EnableRaisingEvents = true;
        if (File.Exists(Path.Combine(keeper.WorkDirectory, name)))
        {
            return;
        }

        await written.Task.WaitAsync(TestKeeper.Patience);

        void Check(string? changed)
        {
            if (changed == name)
            {
                written.TrySetResult();
            }
        }
    }
}
