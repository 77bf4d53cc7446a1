using System.Collections.Immutable;
using System.Text;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Keeper.Native;
using Dpu.Keeper.Processes;
using Shouldly;

namespace Dpu.Keeper.Tests;

/// <summary>A keeper process with a data directory of its own, and a launcher that remembers everything it was told.</summary>
public sealed class TestKeeper : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    public static readonly AttemptLimits NoLimits = new(null, null, TimeSpan.FromSeconds(20), 1 << 20, 1 << 20);

    private static int s_lastJob;

    private readonly Lock _gate = new();
    private readonly List<LauncherEvent> _events = [];
    private readonly List<(Func<LauncherEvent, bool> Condition, TaskCompletionSource<LauncherEvent> Found)> _waiters = [];
    private readonly KeeperCommand _command;

    public TestKeeper(string? dataDirectory = null, params string[] options)
    {
        DataDirectory = dataDirectory ?? Directory.CreateTempSubdirectory("dpu-keeper-").FullName;
        WorkDirectory = Directory.CreateDirectory(Path.Combine(DataDirectory, "work")).FullName;
        _command = new KeeperCommand(HostProgram, ["keeper", "--idle-seconds", "1", .. options]);
        Launcher = Connect();
    }

    public static string HostProgram { get; } = Path.Combine(AppContext.BaseDirectory, "Dpu.Keeper.Host");

    public string DataDirectory { get; }

    public string WorkDirectory { get; }

    public string Node => Path.Combine(DataDirectory, "node");

    public KeeperLauncher Launcher { get; private set; }

    public List<string> Diagnostics { get; } = [];

    public ImmutableArray<LauncherEvent> Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    public static AttemptId NewAttempt() => new(new JobId(Interlocked.Increment(ref s_lastJob)), 0, 1);

    /// <summary>A recipe of one line of shell, in the work directory.</summary>
    public LaunchRequest Shell(string script, AttemptLimits? limits = null) => Request(["/bin/sh", "-c", script], limits);

    public LaunchRequest Request(ImmutableArray<string> command, AttemptLimits? limits = null) =>
        new(NewAttempt(), command, [new("PATH", "/usr/local/bin:/usr/bin:/bin")], WorkDirectory, limits ?? NoLimits);

    /// <summary>Runs to the end.</summary>
    public async Task<AttemptResult> RunAsync(LaunchRequest request)
    {
        await ConnectedAsync();
        Launcher.Start([request]);
        return await ResultAsync(request.Attempt);
    }

    public Task<AttemptResult> RunAsync(string script, AttemptLimits? limits = null) => RunAsync(Shell(script, limits));

    public async Task<AttemptResult> ResultAsync(AttemptId attempt)
    {
        var last = await WaitAsync<LauncherEvent.Numbered>(e => e.Attempt == attempt && e is LauncherEvent.Exited or LauncherEvent.LaunchFailed);
        return new AttemptResult(attempt, [.. Events.OfType<LauncherEvent.Numbered>().Where(e => e.Attempt == attempt).DistinctBy(e => e.SequenceNr)], last);
    }

    public async Task<LaunchRequest> StartAsync(LaunchRequest request)
    {
        await ConnectedAsync();
        Launcher.Start([request]);
        await WaitAsync<LauncherEvent.Started>(e => e.Attempt == request.Attempt);
        return request;
    }

    /// <summary>Starts and waits until it has printed something that ends so.</summary>
    public async Task<LaunchRequest> StartUntilAsync(string script, string printed, AttemptLimits? limits = null)
    {
        var request = await StartAsync(Shell(script, limits));
        await OutputAsync(request.Attempt, printed);
        return request;
    }

    public Task<LauncherEvent.Output> OutputAsync(AttemptId attempt, string endsWith) =>
        WaitAsync<LauncherEvent.Output>(e => e.Attempt == attempt && Encoding.UTF8.GetString(e.Bytes.Span).EndsWith(endsWith, StringComparison.Ordinal));

    public Task<LauncherEvent.Connected> ConnectedAsync() => WaitAsync<LauncherEvent.Connected>(_ => true);

    /// <summary>The first event, past or future, that is such.</summary>
    public async Task<T> WaitAsync<T>(Func<T, bool> condition)
        where T : LauncherEvent
    {
        TaskCompletionSource<LauncherEvent> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_events.OfType<T>().FirstOrDefault(condition) is { } past)
            {
                return past;
            }

            _waiters.Add((e => e is T mine && condition(mine), found));
        }

        try
        {
            return (T)await found.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            var log = Path.Combine(Node, "keeper.log");
            throw new TimeoutException(
                $"No such {typeof(T).Name}. Diagnostics: {string.Join('\n', Diagnostics)}\nLog: {(File.Exists(log) ? await File.ReadAllTextAsync(log) : "none")}\n" +
                $"Last events: {string.Join('\n', Events.TakeLast(5))}");
        }
    }

    public void AcknowledgeAll()
    {
        if (Events.OfType<LauncherEvent.Numbered>().LastOrDefault() is { } last)
        {
            Launcher.Acknowledge(last.SequenceNr);
        }
    }

    /// <summary>The service is gone from one moment to the next, as far as the keeper can see; the keeper stays.</summary>
    public async Task DropServiceAsync()
    {
        await Launcher.DisposeAsync();
        lock (_gate)
        {
            _events.Clear();
        }
    }

    /// <summary>Another service comes.</summary>
    public KeeperLauncher Reconnect() => Launcher = Connect();

    public string ReadFile(string name) => File.ReadAllText(Path.Combine(WorkDirectory, name)).Trim();

    /// <summary>The pid that a recipe wrote into a file.</summary>
    public int ReadPid(string name) => int.Parse(ReadFile(name), System.Globalization.CultureInfo.InvariantCulture);

    internal static bool IsAlive(int pid) => ProcFiles.State(pid) is { IsDead: false };

    /// <summary>Waits until a process is gone.</summary>
    internal static unsafe void AwaitGone(int pid)
    {
        var pidfd = Pidfd.Open(pid);
        if (pidfd >= 0)
        {
            var entry = new PollEntry { Descriptor = pidfd, Wanted = 1 };
            Libc.Poll(&entry, 1, (int)Patience.TotalMilliseconds).ShouldBe(1, $"process {pid} is still there");
            Descriptors.Close(pidfd);
        }
    }

    public void KillKeeper()
    {
        var pid = Launcher.KeeperProcessId.ShouldNotBeNull();
        Libc.Kill(pid, Signals.Kill).ShouldBe(0);
    }

    public async ValueTask DisposeAsync()
    {
        // Everything that still runs is ended with the keeper; one that holds reports would wait for ever for somebody to fetch them.
        await Launcher.DisposeAsync();
        foreach (var pid in KeepersOf(DataDirectory))
        {
            _ = Libc.Kill(pid, Signals.Terminate);
            AwaitGone(pid);
        }

        Directory.Delete(DataDirectory, recursive: true);
    }

    private static IEnumerable<int> KeepersOf(string dataDirectory) => Directory.EnumerateDirectories("/proc")
        .Where(process => int.TryParse(Path.GetFileName(process), out _) && IsKeeperOf(dataDirectory, Path.Combine(process, "cmdline")))
        .Select(process => int.Parse(Path.GetFileName(process), System.Globalization.CultureInfo.InvariantCulture))
        .ToList();

    private static bool IsKeeperOf(string dataDirectory, string commandLine)
    {
        try
        {
            return File.ReadAllText(commandLine).Contains($"--data\0{dataDirectory}\0", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It ended while we looked.
            return false;
        }
    }

    private KeeperLauncher Connect()
    {
        var launcher = new KeeperLauncher(DataDirectory, _command, TimeProvider.System, Diagnostics.Add);
        launcher.Connect(Remember);
        return launcher;
    }

    private void Remember(IReadOnlyList<LauncherEvent> events)
    {
        lock (_gate)
        {
            foreach (var happened in events)
            {
                _events.Add(happened);
                foreach (var waiter in _waiters.Where(waiter => waiter.Condition(happened)).ToList())
                {
                    _waiters.Remove(waiter);
                    waiter.Found.SetResult(happened);
                }
            }
        }
    }
}

/// <summary>Everything that was reported of one attempt.</summary>
public sealed record AttemptResult(AttemptId Attempt, ImmutableArray<LauncherEvent.Numbered> Events, LauncherEvent.Numbered Last)
{
    public AttemptExit Exit => Last.ShouldBeOfType<LauncherEvent.Exited>().Exit;

    public string LaunchFailure => Last.ShouldBeOfType<LauncherEvent.LaunchFailed>().Reason;

    public string Out => Text(OutputStream.Out);

    public string Error => Text(OutputStream.Error);

    public string All => string.Concat(Events.OfType<LauncherEvent.Output>().Select(e => Encoding.UTF8.GetString(e.Bytes.Span)));

    private string Text(OutputStream stream) =>
        Encoding.UTF8.GetString([.. Events.OfType<LauncherEvent.Output>().Where(e => e.Stream == stream).SelectMany(e => e.Bytes.ToArray())]);
}
