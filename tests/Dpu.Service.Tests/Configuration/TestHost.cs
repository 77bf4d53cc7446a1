using System.Runtime.CompilerServices;
using Dpu.Keeper;

namespace Dpu.Service.Tests.Configuration;

/// <summary>Starts services in this process; their keepers are the program <c>dpu-crash-host</c>.</summary>
internal static class TestHost
{
    private const string KeeperProgram = "Dpu.System.Tests.Host";

    public static HostSeams Seams { get; } = HostSeams.Default with { Keeper = new KeeperCommand(BuiltKeeper(), ["keeper"]) };

    public static ServeRequest Request(string data, string? config = null, int? port = 0) => new(config, [], data, port);

    public static Task<DpuHost> StartAsync(string data, string? config = null, int? port = 0) =>
        DpuHost.StartAsync(Request(data, config, port), Seams, CancellationToken.None);

    /// <summary>The other test project's output, in the configuration of this one.</summary>
    private static string BuiltKeeper([CallerFilePath] string here = "")
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var tests = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
        return Path.Combine(tests, KeeperProgram, "bin", output.Parent!.Name, output.Name, "dpu-crash-host");
    }
}
