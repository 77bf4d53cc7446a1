namespace Dpu.Domain.Scaling;

/// <summary>How many pilots there are to be.</summary>
public abstract record ScalingTarget
{
    private ScalingTarget()
    {
    }

    /// <summary>So many as somebody asked for, until he asks for something else.</summary>
    public sealed record Fixed(int Nodes) : ScalingTarget;

    /// <summary>What the queue needs, between the policy's bounds.</summary>
    public sealed record Automatic : ScalingTarget
    {
        public static Automatic Instance { get; } = new();
    }

    /// <summary>The same as a number; null for automatic.</summary>
    public int? Number => (this as Fixed)?.Nodes;

    public static ScalingTarget Of(int? nodes) => nodes is { } count ? new Fixed(count) : Automatic.Instance;
}
