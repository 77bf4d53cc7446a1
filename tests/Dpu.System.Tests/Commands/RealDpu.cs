using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.System.Tests.Processes;
using Xunit;

namespace Dpu.System.Tests.Commands;

/// <summary>The real program as a service with a home and data of its own, and as commands that speak to it.</summary>
public sealed class RealDpu : IAsyncLifetime, IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly int _port = Programs.FreePort();
    private readonly StringBuilder _said = new();
    private Process? _process;
    private bool _mayEnd;

    public RealDpu()
    {
        Home = Directory.CreateTempSubdirectory("dpu-real-").FullName;
        Client = new DpuHttpClient(new DpuClientOptions
        {
            Address = Address,
            Token = _ => File.Exists(TokenPath) ? File.ReadAllText(TokenPath).Trim() : null,
            SubmitPatience = TimeSpan.FromSeconds(60),
        });
    }

    public string Home { get; }

    public string Data => Path.Combine(Home, "data");

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public string TokenPath => Path.Combine(Home, ".dpu", "tokens", $"127.0.0.1_{_port}");

    public DpuHttpClient Client { get; }

    /// <summary>What the service said on stderr, all starts together.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    public int ProcessId => _process!.Id;

    public int KeeperId => ProcessTable.KeeperOf(Data) ?? throw new InvalidOperationException("There is no keeper.");

    /// <summary>A file in the home.</summary>
    public string NewFile(string name, string content)
    {
        var path = Path.Combine(Home, name);
        File.WriteAllText(path, content);
        return path;
    }

    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(Home, name)).FullName;

    Task IAsyncLifetime.InitializeAsync() => StartAsync("-D", "dpu.node.cpus=4", "-D", "dpu.task.kill-grace=1 s", "-D", "dpu.service.stop-grace=0 s");

    ValueTask IAsyncDisposable.DisposeAsync() => new(DisposeAsync());

    /// <exception cref="InvalidOperationException">The service had ended although nobody wanted it to.</exception>
    public async Task DisposeAsync()
    {
        var endedByItself = _process is { HasExited: true } && !_mayEnd ? $"The service ended by itself with exit code {_process.ExitCode}: {Said}" : null;
        await KillServiceAsync();
        foreach (var pid in ProcessTable.Mentioning(Home))
        {
            ProcessTable.Kill(pid);
        }

        await Eventually.HoldsAsync(() => ProcessTable.Mentioning(Home).Count == 0, "everything of this test has ended");
        Client.Dispose();
        Directory.Delete(Home, recursive: true);
        if (endedByItself is not null)
        {
            throw new InvalidOperationException(endedByItself);
        }
    }

    public async Task StartAsync(params string[] options) => await StartAsync(Serve(options));

    /// <summary>Starts a program that becomes the service, and waits until it listens.</summary>
    public async Task StartAsync(ProcessStartInfo start)
    {
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        _process?.Dispose();
        _mayEnd = false;
        var process = _process = new Process { StartInfo = start };
        var listens = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) => Keep(line.Data, listens);
        process.ErrorDataReceived += (_, line) => Keep(line.Data, listens);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Task.WhenAny(listens.Task.WaitAsync(StartLimit), process.WaitForExitAsync());
        if (!listens.Task.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException($"The service did not start: {Said}");
        }
    }

    /// <summary>The command line of this DPU's service.</summary>
    public ProcessStartInfo Serve(params string[] options) =>
        Command(["serve", "--data", Data, "--port", _port.ToString(CultureInfo.InvariantCulture), .. options]);

    /// <summary>The command line of a service on the same data, at any port.</summary>
    public ProcessStartInfo ServeElsewhere(params string[] options) => Command(["serve", "--data", Data, "--port", "0", .. options]);

    /// <summary>A run of the program as the service's user.</summary>
    public Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.OfAsync(Command(arguments));

    public Task<ProgramRun> RunWithInputAsync(string input, params string[] arguments) => ProgramRun.OfAsync(Command(arguments), input);

    /// <summary>A run of the program by somebody who has no token.</summary>
    public Task<ProgramRun> RunAsVisitorAsync(params string[] arguments)
    {
        var command = Command(arguments);
        command.Environment["HOME"] = NewFolder("visitor");
        return ProgramRun.OfAsync(command);
    }

    /// <summary>The number of a job that was submitted.</summary>
    public async Task<int> SubmitAsync(params string[] arguments) =>
        int.Parse((await RunAsync(arguments)).Exits(0).Out, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    public async Task<JobSummary> EndOfAsync(int job)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        JobSummary? last = null;
        await foreach (var summary in Client.WatchJobAsync(job, limit.Token))
        {
            last = summary;
        }

        return last!;
    }

    public async Task UntilRunningAsync(int job)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var summary in Client.WatchJobAsync(job, limit.Token))
        {
            if (summary.Status == "RUNNING")
            {
                return;
            }
        }

        throw new InvalidOperationException($"Job {job} has ended already.");
    }

    public void Signal(string name)
    {
        _mayEnd = true;
        using var kill = Process.Start("kill", [$"-{name}", ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task KillServiceAsync()
    {
        if (_process is { HasExited: false })
        {
            _mayEnd = true;
            ProcessTable.Kill(ProcessId);
            await ExitCodeAsync();
        }
    }

    public async Task<int> ExitCodeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process!.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>The command line of any command, as the service's user would type it.</summary>
    public ProcessStartInfo Command(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Programs.Dpu, arguments) { WorkingDirectory = Home };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("DPU_", StringComparison.Ordinal) || name.StartsWith("XDG_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["HOME"] = Home;
        start.Environment["DPU_NAME"] = Address.GetLeftPart(UriPartial.Authority);
        return start;
    }

    private void Keep(string? line, TaskCompletionSource listens)
    {
        if (line is null)
        {
            return;
        }

        lock (_said)
        {
            _said.AppendLine(line);
        }

        if (line.Contains(" listens at ", StringComparison.Ordinal))
        {
            listens.TrySetResult();
        }
    }
}
