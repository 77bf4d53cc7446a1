using Dpu.Cluster.Links;

namespace Dpu.Simulated;

/// <summary>What the seed drew for a run: how long things are waited for, and which of several ways it goes.</summary>
/// <param name="Link">What the frontend tells its nodes; a minute of the real world is a few seconds here.</param>
/// <param name="Silence">How long a link may be silent.</param>
/// <param name="KillGrace">Between SIGTERM and SIGKILL.</param>
/// <param name="Nodes">How many nodes there are from the beginning.</param>
/// <param name="HasLocalNode">Whether the frontend has a node of its own beside them.</param>
/// <param name="Encodes">Whether frames become bytes on their way, and events in the journal.</param>
/// <param name="FramesOut">How many frames a node may have under way.</param>
/// <param name="ComparesViewsOften">Whether the views are compared with the journal all the time, and not only at the end.</param>
internal sealed record ClusterTerms(
    LinkTerms Link,
    TimeSpan Silence,
    TimeSpan KillGrace,
    int Nodes,
    bool HasLocalNode,
    bool Encodes,
    int FramesOut,
    bool ComparesViewsOften)
{
    /// <summary>Beyond the tasks' grace, a node's clock and the way to its keeper.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    public TimeSpan FenceAfter => Link.FenceAfter;

    public TimeSpan NodeTimeout => Link.NodeTimeout;

    public static ClusterTerms Draw(int seed)
    {
        var random = new Random(seed ^ 0x7e235);
        var grace = TimeSpan.FromSeconds(1);
        var fenceAfter = TimeSpan.FromSeconds(random.Next(6, 10));
        return new ClusterTerms(
            new LinkTerms(
                LinkProtocol.Version,
                "simulated",
                "simulated",
                fenceAfter + grace + Margin + TimeSpan.FromSeconds(0.1),
                fenceAfter,
                Margin,
                TimeSpan.FromSeconds(1),
                new StoreProbe("/store", "probe", "simulated"),
                []),
            TimeSpan.FromSeconds(4),
            grace,
            random.Next(3, 5),
            random.Next(3) == 0,
            seed % 8 == 0,
            random.Next(4) == 0 ? 3 : LinkProtocol.UnhandledFramesMax,
            seed % 16 == 1);
    }
}
