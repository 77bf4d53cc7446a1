using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Dpu.System.Tests.Processes;
using Xunit;

namespace Dpu.System.Tests.Awe;

/// <summary>Runs of Python with the prompt's module as it stands beside the program.</summary>
internal static class Python
{
    /// <summary>The one that the prompt takes too.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, "python3"))
        .FirstOrDefault(File.Exists);

    /// <summary>An address of this host that is not loopback; null when it has none.</summary>
    public static IPAddress? OwnAddress { get; } = NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));

    public static string Tests { get; } = Path.Combine(Programs.Root, "tests", "awe");

    /// <summary>A command line, without leaving compiled files in the source tree.</summary>
    public static ProcessStartInfo Command(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments);
        start.Environment["PYTHONPATH"] = $"{Path.Combine(Path.GetDirectoryName(Programs.Dpu)!, "awe")}:{Tests}";
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        return start;
    }
}

/// <summary>A fact that needs Python.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithPythonAttribute : FactAttribute
{
    public FactWithPythonAttribute()
    {
        if (Python.Program is null)
        {
            Skip = "python3 is not on the PATH (apt-get install python3).";
        }
    }

    /// <summary>Also an address that is not loopback.</summary>
    public bool OtherThanLoopback
    {
        get => false;
        set => Skip ??= value && Python.OwnAddress is null ? "This host has no address but loopback." : null;
    }
}

/// <summary>A fact about the field's HOW-TO for the prompt: it needs Python and the document.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class HowToFactAttribute : FactAttribute
{
    public HowToFactAttribute()
    {
        Skip = Python.Program is null ? "python3 is not on the PATH (apt-get install python3)."
            : SeedFactAttribute.PathOf("000") is null ? "../shared/seeds/000*.txt is not there"
            : null;
    }
}
