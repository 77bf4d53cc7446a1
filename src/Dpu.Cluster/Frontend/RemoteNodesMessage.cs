using Dpu.Cluster.Links;

namespace Dpu.Cluster.Frontend;

/// <summary>What the <see cref="RemoteNodesActor"/> understands.</summary>
public abstract record RemoteNodesMessage
{
    private RemoteNodesMessage()
    {
    }

    /// <summary>A node whose identity is known wants a link.</summary>
    public sealed record Greeted(IDownlink Link, UpFrame.Hello Hello) : RemoteNodesMessage;

    /// <summary>A node said something.</summary>
    public sealed record Said(IDownlink Link, ReceivedFrame Received) : RemoteNodesMessage;

    /// <summary>A link is gone.</summary>
    /// <param name="Link">Which.</param>
    /// <param name="Silent">How long nothing had come over it.</param>
    public sealed record Closed(IDownlink Link, TimeSpan Silent) : RemoteNodesMessage;
}
