using System.Collections.Immutable;
using System.Diagnostics;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Keeper;

namespace Dpu.Benchmarks.Spawning;

/// <summary>Drives a keeper through its launcher: at most so many attempts run at a time, each exit makes room for the next.</summary>
internal sealed class KeeperSpawn : IAsyncDisposable
{
    private static readonly ImmutableArray<string> True = ["/bin/true"];
    private static readonly AttemptLimits Limits = new(TimeSpan.FromHours(1), 1L << 30, TimeSpan.FromSeconds(10), 1 << 20, 1 << 20);

    private readonly string _directory = Directory.CreateTempSubdirectory("dpu-spawn-").FullName;
    private readonly KeeperLauncher _launcher;
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<LaunchRequest> _next = [];
    private TaskCompletionSource _done = new();
    private Guid _incarnation;
    private int _job;
    private int _asked;
    private int _ended;
    private int _count;

    public KeeperSpawn(KeeperCommand command)
    {
        _launcher = new KeeperLauncher(_directory, command, TimeProvider.System, Console.Error.WriteLine);
        _launcher.Connect(Handle);
    }

    public Task Connected => _connected.Task;

    /// <summary>How many ended per second.</summary>
    public async Task<double> RunAsync(int count, int atATime)
    {
        (_done, _count, _asked, _ended, _job) = (new(TaskCreationOptions.RunContinuationsAsynchronously), count, 0, 0, _job + 1);
        var clock = Stopwatch.StartNew();
        var first = Enumerable.Range(0, Math.Min(atATime, count)).Select(_ => Next()).ToList();
        _launcher.Start(_incarnation, first);
        await _done.Task;
        return count / clock.Elapsed.TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        if (!await _launcher.QuitAsync(CancellationToken.None))
        {
            Console.Error.WriteLine("The keeper stayed.");
        }

        Directory.Delete(_directory, recursive: true);
    }

    private LaunchRequest Next() => new(new AttemptId(new JobId(_job), _asked++, 1), True, [], "/", Limits);

    private void Handle(IReadOnlyList<LauncherEvent> events)
    {
        _next.Clear();
        foreach (var happened in events)
        {
            if (happened is LauncherEvent.Exited exited)
            {
                _ended++;
                if (exited.Exit.ExitCode != 0)
                {
                    throw new InvalidOperationException($"/bin/true ended so: {exited.Exit}");
                }

                if (_asked < _count)
                {
                    _next.Add(Next());
                }
            }
            else if (happened is LauncherEvent.Connected connected)
            {
                _incarnation = connected.Incarnation;
            }
            else if (happened is LauncherEvent.LaunchFailed failed)
            {
                throw new InvalidOperationException(failed.Reason);
            }
        }

        if (_next.Count > 0)
        {
            _launcher.Start(_incarnation, _next);
        }

        if (events[^1] is LauncherEvent.Numbered last)
        {
            _launcher.Acknowledge(_incarnation, last.SequenceNr);
        }

        _connected.TrySetResult();
        if (_ended == _count && _count > 0)
        {
            _done.TrySetResult();
        }
    }
}
