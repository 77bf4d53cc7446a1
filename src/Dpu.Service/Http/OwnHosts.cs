namespace Dpu.Service.Http;

/// <summary>
/// What the DPU is called, with its port, in a request's <c>Host</c>: its addresses by number and its own names. What a page elsewhere can make point here is another name.
/// </summary>
internal sealed class OwnHosts
{
    private const string Http = "http://";
    private const string Https = "https://";
    private static readonly string[] Loopback = ["127.0.0.1", "localhost", "[::1]"];

    private readonly HashSet<string> _hosts = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="address">Where it listens.</param>
    /// <param name="names">More names and addresses (IPv6 without brackets) by which it is called.</param>
    public OwnHosts(Uri address, IEnumerable<string> names)
    {
        // Clients leave the port out where it is the scheme's own.
        var port = address.IsDefaultPort ? "" : $":{address.Port}";
        foreach (var name in Loopback.Append(address.Host).Concat(names.Select(Bracketed)))
        {
            _hosts.Add(name + port);
            if (address.Port == 443)
            {
                _hosts.Add(name);
            }
        }
    }

    public bool Contains(string? host) => host is not null && _hosts.Contains(host);

    /// <summary>Whether a page is the DPU's own: of one of its hosts, over what this request came over.</summary>
    public bool ContainsOrigin(string origin, bool isHttps)
    {
        var scheme = isHttps ? Https : Http;
        return origin.StartsWith(scheme, StringComparison.Ordinal) && Contains(origin[scheme.Length..]);
    }

    private static string Bracketed(string name) => name.Contains(':', StringComparison.Ordinal) ? $"[{name}]" : name;
}
