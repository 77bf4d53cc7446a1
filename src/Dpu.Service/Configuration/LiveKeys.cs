using Dpu.Hocon;

namespace Dpu.Service.Configuration;

/// <summary>Which keys hold at once when a configuration is read again. Everything else needs a restart.</summary>
/// <param name="Live">Paths below <c>dpu</c>; what is below them is live too.</param>
/// <param name="Matter">Sections that are looked at; null for all.</param>
internal sealed record LiveKeys(IReadOnlyList<HoconPath> Live, IReadOnlyList<string>? Matter = null)
{
    /// <summary>Of a service: what <see cref="DpuOptions.WithLive"/> takes over.</summary>
    public static LiveKeys OfService { get; } = new(
    [
        HoconPath.Of("recipes"),
        HoconPath.Of("pipelines"),
        HoconPath.Of("programs"),
        HoconPath.Of("sequences"),
        HoconPath.Of("pages"),
        HoconPath.Of("ingest"),
        HoconPath.Of("scheduling"),
        HoconPath.Of("exec"),
        HoconPath.Of("task", "retry"),
        HoconPath.Of("node", "tags"),
        HoconPath.Of("cluster", "shapes"),
    ]);

    /// <summary>Of a node: its tags. Recipes and limits are its frontend's.</summary>
    public static LiveKeys OfNode { get; } = new([HoconPath.Of("node", "tags")], ["data", "node", "service", "task"]);

    public bool AreLive(HoconPath path) => Live.Any(live => path.Elements.Take(live.Elements.Count).SequenceEqual(live.Elements, StringComparer.Ordinal));

    public bool DoesMatter(string section) => Matter is null || Matter.Contains(section, StringComparer.Ordinal);
}
