using System.Collections.Immutable;

namespace Dpu.Domain.Planning;

/// <summary>
/// What the hosts of a mapfile are called as nodes. <c>localhost</c>, and this machine's own name with or without its domain, mean the embedded
/// node; any other host is the node of that name, which may not have joined yet.
/// </summary>
/// <param name="LocalNode">Name of the node in this process; null without one: then every host means the node of its name.</param>
/// <param name="Machine">This machine's name.</param>
public sealed record HostNames(string? LocalNode, string Machine)
{
    private const string Localhost = "localhost";

    /// <summary>The node that a host means. Names of machines know no case, names of nodes do.</summary>
    public string NodeOf(string host) => LocalNode is not null && IsLocal(host) ? LocalNode : host;

    /// <summary>Which hosts are no nodes that are known, as a sentence that warns; null when all are.</summary>
    /// <param name="hosts">Nodes that tasks belong to.</param>
    /// <param name="nodes">Nodes that are known now.</param>
    public static string? Warning(IEnumerable<string> hosts, IEnumerable<string> nodes)
    {
        var known = nodes.ToHashSet(StringComparer.Ordinal);
        var strange = hosts.Where(host => !known.Contains(host)).Distinct(StringComparer.Ordinal).ToImmutableArray();
        return strange switch
        {
            [] => null,
            [var one] => $"{one} is no node of this DPU now: its tasks wait until it joins.",
            _ => $"{Wording.And(strange)} are no nodes of this DPU now: their tasks wait until they join.",
        };
    }

    private bool IsLocal(string host) =>
        host != LocalNode
        && (Same(host, Localhost) || Same(host, Machine) || Same(host, WithoutDomain(Machine)) || (!Machine.Contains('.', StringComparison.Ordinal) && Same(WithoutDomain(host), Machine)));

    private static bool Same(string x, string y) => x.Equals(y, StringComparison.OrdinalIgnoreCase);

    private static string WithoutDomain(string name) => name.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? name[..dot] : name;
}
