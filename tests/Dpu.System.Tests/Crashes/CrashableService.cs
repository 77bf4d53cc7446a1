using System.Diagnostics;
using System.Globalization;
using Dpu.Client;
using Dpu.System.Tests.Processes;

namespace Dpu.System.Tests.Crashes;

/// <summary>A service in a process of its own, that can be told where to die, and started again on the same data.</summary>
internal sealed class CrashableService : IAsyncDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("dpu-crash-").FullName;
    private readonly int _port = Programs.FreePort();
    private Process? _process;

    public CrashableService() => Client = new DpuHttpClient(new DpuClientOptions
    {
        Address = new Uri($"http://127.0.0.1:{_port}"),
        Token = _ => ReadToken(),
        SubmitPatience = TimeSpan.FromSeconds(60),
    });

    public DpuHttpClient Client { get; }

    public string Data => Path.Combine(_home, "data");

    /// <summary>A path that only tasks of this test have on their command line.</summary>
    public string EvidencePath => Path.Combine(_home, "evidence.txt");

    public string ScriptPath => Path.Combine(_home, "task.sh");

    public bool HasExited => _process!.HasExited;

    public async Task StartAsync(string moment = "never", string eventName = "None", int number = 1)
    {
        var start = new ProcessStartInfo(Programs.CrashHost)
        {
            ArgumentList = { "serve", Data, _port.ToString(CultureInfo.InvariantCulture), moment, eventName, number.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = _home;
        _process = Process.Start(start)!;
        var errors = _process.StandardError.ReadToEndAsync();
        if (await _process.StandardOutput.ReadLineAsync() is null && moment == "never")
        {
            throw new InvalidOperationException($"The service did not start: {await errors}");
        }
    }

    private string? ReadToken()
    {
        var path = Path.Combine(_home, ".dpu", "tokens", $"127.0.0.1_{_port}");
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }

    public async Task DiedAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process!.WaitForExitAsync(limit.Token);
    }

    public async Task KillServiceAsync()
    {
        ProcessTable.Kill(_process!.Id);
        await DiedAsync();
    }

    public void KillKeeper() => ProcessTable.Kill(ProcessTable.KeeperOf(Data) ?? throw new InvalidOperationException("There is no keeper."));

    /// <summary>SIGTERM, and the orderly end that follows.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await DiedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillServiceAsync();
        }

        foreach (var pid in ProcessTable.Mentioning(_home))
        {
            ProcessTable.Kill(pid);
        }

        Client.Dispose();
        _process?.Dispose();
        Directory.Delete(_home, recursive: true);
    }
}
