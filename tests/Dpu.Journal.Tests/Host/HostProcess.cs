using System.Diagnostics;

namespace Dpu.Journal.Tests.Host;

/// <summary>This assembly as a process of its own; killed with the test at the latest.</summary>
internal sealed class HostProcess : IDisposable
{
    private readonly Process _process;

    private HostProcess(Process process) => _process = process;

    public StreamReader Output => _process.StandardOutput;

    public int Id => _process.Id;

    public static HostProcess Start(params string[] arguments) => StartBy([], arguments);

    /// <summary>Starts it through another program, as a shell that sets limits first.</summary>
    public static HostProcess StartBy(string[] wrapper, params string[] arguments)
    {
        string[] command = [.. wrapper, Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", typeof(HostProcess).Assembly.Location, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("The host did not start.");
        return new HostProcess(process);
    }

    /// <summary>SIGKILL, and everything that it had printed until then.</summary>
    public async Task<string> KillAsync()
    {
        _process.Kill();
        var rest = await Output.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return rest;
    }

    public async Task<(int ExitCode, string Error)> EndAsync()
    {
        var error = await _process.StandardError.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return (_process.ExitCode, error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
