using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Dpu.System.Tests.Processes;

/// <summary>Where the built programs stand: in the same configuration as these tests.</summary>
internal static class Programs
{
    private const string Framework = "net10.0";

    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    public static string Dpu { get; } = Built("src/Dpu.Cli", "dpu");

    public static string CrashHost { get; } = Built("tests/Dpu.System.Tests.Host", "dpu-crash-host");

    /// <summary>The recipes' program, as it stands beside the command.</summary>
    public static string Calibration { get; } = Path.Combine(Path.GetDirectoryName(Dpu)!, "calibration", "dpu-calibration");

    /// <summary>Makes raw frames of a simulated camera in a folder.</summary>
    public static Task<ProgramRun> SimulateAsync(string folder, params string[] options) =>
        ProgramRun.OfAsync(new ProcessStartInfo(Calibration, ["simulate", "--output", folder, .. options]));

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Built(string project, string program)
    {
        var configuration = AppContext.BaseDirectory.Contains("/Debug/", StringComparison.Ordinal) ? "Debug" : "Release";
        return Path.Combine(Root, project, "bin", configuration, Framework, program);
    }

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "DpuActors.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder)!);
}
