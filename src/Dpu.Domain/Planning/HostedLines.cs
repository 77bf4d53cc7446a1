using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Planning;

/// <summary>The tasks of a mapfile: one for each line, each on its host.</summary>
/// <param name="Lines">The lines of all hosts; a host's lines stand together and in their order.</param>
/// <param name="Hosts">Which of them belong to which node.</param>
public sealed record HostedLines(TaskLines Lines, ImmutableArray<HostRange> Hosts)
{
    /// <summary>Sorts lines by node, in natural order, so that nodes are ranges of tasks. Hosts that are the same node are one.</summary>
    public static HostedLines Of(IEnumerable<HostFiles> entries, HostNames names)
    {
        var hosts = ImmutableArray.CreateBuilder<HostRange>();
        var lines = new List<string>();
        foreach (var node in entries.GroupBy(entry => names.NodeOf(entry.Host), StringComparer.Ordinal).OrderBy(node => node.Key, NaturalOrder.Instance))
        {
            var first = lines.Count;
            lines.AddRange(node.SelectMany(entry => entry.Files));
            if (lines.Count > first)
            {
                hosts.Add(new HostRange(node.Key, first, lines.Count - first));
            }
        }

        return new HostedLines(TaskLines.Pack(lines), hosts.ToImmutable());
    }
}
