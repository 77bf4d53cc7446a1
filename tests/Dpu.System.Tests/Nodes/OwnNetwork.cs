using System.Diagnostics;
using System.Globalization;
using Shouldly;

namespace Dpu.System.Tests.Nodes;

/// <summary>A network namespace of its own, joined to this host by one virtual cable that can be pulled: packets vanish, and nobody is told.</summary>
internal sealed class OwnNetwork : IDisposable
{
    private static int _made;

    private readonly string _name;
    private readonly string _cable;

    private OwnNetwork(int number)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId % 10000}x{number}");
        (_name, _cable) = ($"dpu{id}", $"dp{id}a");
        Subnet = string.Create(CultureInfo.InvariantCulture, $"10.{88 + (number % 8)}.{Environment.ProcessId % 250}");
    }

    /// <summary>This host, as the namespace sees it.</summary>
    public string HostAddress => $"{Subnet}.1";

    /// <summary>Whoever is in the namespace, as this host sees him.</summary>
    public string NodeAddress => $"{Subnet}.2";

    /// <summary>What stands in front of a command that is to run in the namespace.</summary>
    public IReadOnlyList<string> Prefix => ["ip", "netns", "exec", _name];

    private string Subnet { get; }

    public static OwnNetwork Create()
    {
        var network = new OwnNetwork(Interlocked.Increment(ref _made));
        var other = network._cable[..^1] + "b";
        Ip("netns", "add", network._name);
        Ip("link", "add", network._cable, "type", "veth", "peer", "name", other);
        Ip("link", "set", other, "netns", network._name);
        Ip("addr", "add", $"{network.HostAddress}/24", "dev", network._cable);
        Ip("link", "set", network._cable, "up");
        Ip("-n", network._name, "addr", "add", $"{network.NodeAddress}/24", "dev", other);
        Ip("-n", network._name, "link", "set", other, "up");
        Ip("-n", network._name, "link", "set", "lo", "up");
        return network;
    }

    public void Pull() => Ip("link", "set", _cable, "down");

    public void PlugIn() => Ip("link", "set", _cable, "up");

    public void Dispose()
    {
        Ip("link", "del", _cable);
        Ip("netns", "del", _name);
    }

    private static void Ip(params string[] arguments)
    {
        using var run = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var error = run.StandardError.ReadToEnd();
        run.WaitForExit();
        run.ExitCode.ShouldBe(0, $"ip {string.Join(' ', arguments)}: {error}");
    }
}
