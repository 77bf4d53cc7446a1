namespace Dpu.Cluster.Links;

/// <summary>A frontend's side of one link to a node. Calls never block and never fail.</summary>
public interface IDownlink
{
    /// <summary>Whose link it is: authenticated, not just said.</summary>
    string Node { get; }

    /// <summary>Sends in order; dropped when the link is gone.</summary>
    void Send(DownFrame frame);

    /// <summary>A frame that the node sent is dealt with: it may send more.</summary>
    void Handled(ReceivedFrame received);

    /// <summary>Ends the link. What was sent before still goes out.</summary>
    /// <param name="reason">For the log.</param>
    void Close(string reason);
}

/// <summary>Something that a node said.</summary>
/// <param name="Frame">What.</param>
/// <param name="Bytes">How long it was on the link.</param>
public sealed record ReceivedFrame(UpFrame Frame, int Bytes);
