using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dpu.System.Tests.Processes;

namespace Dpu.System.Tests.Nodes;

/// <summary>One backend node: a process of the real program with data of its own, which can be killed, frozen and started again.</summary>
internal sealed class RealNode(string name, string data, Func<string[], ProcessStartInfo> command) : IDisposable
{
    private readonly StringBuilder _said = new();
    private Process? _process;

    public string Name => name;

    public string Data => data;

    /// <summary>What it said, all starts together.</summary>
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

    public int? KeeperId => ProcessTable.KeeperOf(data);

    /// <summary>Starts it, and waits until it is connected.</summary>
    public async Task StartAsync(params string[] options)
    {
        var start = command(["--name", name, "--data", data, .. options]);
        start.RedirectStandardError = start.RedirectStandardOutput = true;
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process?.Dispose();
        var process = _process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data, connected);
        process.ErrorDataReceived += (_, line) => Keep(line.Data, connected);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Task.WhenAny(connected.Task.WaitAsync(TimeSpan.FromSeconds(60)), process.WaitForExitAsync());
        if (!connected.Task.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException($"Node {name} did not connect: {Said}");
        }
    }

    public void KillService() => ProcessTable.Kill(ProcessId);

    public void KillKeeper() => ProcessTable.Kill(KeeperId ?? throw new InvalidOperationException($"Node {name} has no keeper."));

    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task<int> ExitCodeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process!.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Dispose() => _process?.Dispose();

    private void Keep(string? line, TaskCompletionSource connected)
    {
        if (line is null)
        {
            return;
        }

        lock (_said)
        {
            _said.AppendLine(line);
        }

        if (line.Contains("Connected to DPU", StringComparison.Ordinal))
        {
            connected.TrySetResult();
        }
    }
}
