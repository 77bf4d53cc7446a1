using System.CommandLine;
using Dpu.Cli.Commands;

namespace Dpu.Cli.Arguments;

/// <summary>How one is told of this very job.</summary>
internal sealed class NotifyOption
{
    private const string None = "none";

    public Option<string[]> Option { get; } = new("--notify") { Description = "Tell you when it has ended: mail, webhook ('dpu notify' sets them up), or none; may be repeated", HelpName = "WAY" };

    /// <summary>Null when nothing was said.</summary>
    public IReadOnlyList<string>? Ways(Invocation invocation)
    {
        var ways = (invocation.Get(Option) ?? []).Select(way => way.ToLowerInvariant()).Distinct(StringComparer.Ordinal).ToList();
        return ways.Count == 0 ? null
            : !ways.Contains(None) ? ways
            : ways.Count == 1 ? []
            : throw new UsageException("--notify none and another way exclude each other.");
    }
}
