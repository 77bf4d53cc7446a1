using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Dpu.Service.Tls;

/// <summary>What a host is called: nothing is looked up anywhere, so that a name server that is away delays no start.</summary>
internal static class ServerNames
{
    /// <summary>The host's own name, long and short, its addresses as far as the DPU listens there, and what an operator added.</summary>
    /// <param name="listening">Where the DPU listens.</param>
    /// <param name="more">Names and addresses from the configuration.</param>
    public static IReadOnlyList<string> Of(IPAddress listening, IEnumerable<string> more)
    {
        var host = Dns.GetHostName();
        string[] own = ["localhost", host, host.Split('.')[0]];
        return [.. own.Where(IsName).Concat(Addresses(listening).Select(address => address.ToString())).Concat(more).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>A name that can stand in a certificate and in a request.</summary>
    public static bool IsName(string text) => Uri.CheckHostName(text) == UriHostNameType.Dns;

    private static IEnumerable<IPAddress> Addresses(IPAddress listening) =>
        listening.Equals(IPAddress.Any) || listening.Equals(IPAddress.IPv6Any)
            ? NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Select(unicast => unicast.Address)
                .Where(address => !address.IsIPv6LinkLocal && (listening.AddressFamily == AddressFamily.InterNetworkV6 || address.AddressFamily == AddressFamily.InterNetwork))
            : [IPAddress.Loopback, listening];
}
