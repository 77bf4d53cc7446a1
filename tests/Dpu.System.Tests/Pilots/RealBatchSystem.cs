using System.Diagnostics;
using System.Globalization;
using Dpu.System.Tests.Processes;

namespace Dpu.System.Tests.Pilots;

/// <summary>A batch system of one host, by the scripts of <c>ops/testing</c>, in a directory and on ports of its own.</summary>
internal sealed class RealBatchSystem : IAsyncDisposable
{
    private readonly string _script;
    private readonly string _folder = Directory.CreateTempSubdirectory("dpu-batch-").FullName;

    private RealBatchSystem(string name) => _script = Path.Combine(Programs.Root, "ops", "testing", $"{name}.sh");

    /// <summary>What its commands need in their environment.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; private set; } = new Dictionary<string, string>();

    public static async Task<RealBatchSystem> StartAsync(string name)
    {
        var system = new RealBatchSystem(name);
        var port = Programs.FreePort().ToString(CultureInfo.InvariantCulture);
        var said = (await ProgramRun.OfAsync(new ProcessStartInfo(system._script, ["up", Path.Combine(system._folder, "run"), port]))).Exits(0);
        system.Variables = said.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return system;
    }

    /// <summary>A program that finds this batch system.</summary>
    public ProcessStartInfo In(ProcessStartInfo start)
    {
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    public async Task<string> RunAsync(string program, params string[] arguments) => (await ProgramRun.OfAsync(In(new ProcessStartInfo(program, arguments)))).Exits(0).Out;

    public async ValueTask DisposeAsync()
    {
        (await ProgramRun.OfAsync(new ProcessStartInfo(_script, ["down", Path.Combine(_folder, "run")]))).Exits(0);
        Directory.Delete(_folder, recursive: true);
    }
}
