namespace Dpu.Cluster.Links;

/// <summary>Which protocol is spoken. Within a version members of frames are only added, and readers skip those that they do not know.</summary>
public static class LinkProtocol
{
    /// <summary>What this build speaks best.</summary>
    public const int Version = 2;

    /// <summary>The first version in which tasks may come with code, settings and a version of their recipes.</summary>
    public const int VersionOfShipping = 2;

    /// <summary>The oldest version that it still speaks: one before its own, once there is one.</summary>
    public const int OldestVersion = 1;

    /// <summary>The first version whose frontends want to know what attempts do.</summary>
    public const int PhasesVersion = 2;

    /// <summary>A longer frame is refused before it is read.</summary>
    public const int FrameBytesMax = 16 << 20;

    /// <summary>The same for what a compressed frame may become.</summary>
    public const int PlainBytesMax = 128 << 20;

    /// <summary>Frames that a node may have sent and that are not dealt with; one more and it is cut off.</summary>
    public const int UnhandledFramesMax = 256;

    /// <summary>The same in bytes, beyond the first frame.</summary>
    public const long UnhandledBytesMax = 16 << 20;

    /// <summary>What a frontend keeps for a node that does not read; more, and it is cut off.</summary>
    public const long UnsentBytesMax = 64 << 20;

    private static readonly TimeSpan SilenceUsual = TimeSpan.FromSeconds(10);

    /// <summary>How long a side hears nothing before it takes the link for gone: four heartbeats and at least 10 s, but never more than half of what matters to it.</summary>
    /// <param name="heartbeat">How often something comes at least.</param>
    /// <param name="patience">For a frontend its node-timeout, for a node its fence-after.</param>
    public static TimeSpan SilenceFor(TimeSpan heartbeat, TimeSpan patience)
    {
        var usual = heartbeat * 4 > SilenceUsual ? heartbeat * 4 : SilenceUsual;
        return usual < patience / 2 ? usual : patience / 2;
    }

    /// <summary>The newest version that both speak; null when there is none.</summary>
    public static int? Agree(int version, int oldestVersion) =>
        Math.Min(version, Version) is var common && common >= Math.Max(oldestVersion, OldestVersion) ? common : null;
}
