namespace Dpu.Cluster.Links;

/// <summary>
/// A node's side of its link: finds a frontend, greets, stays connected, sends heartbeats. The seam to the network: WebSockets in production, a
/// fake in the simulator. Calls never block and never fail.
/// </summary>
public interface IUplink
{
    /// <summary>Begins to connect, for as long as it lives. <paramref name="onEvent"/> is called for one event at a time, in order, and must return quickly.</summary>
    void Connect(Action<UplinkEvent> onEvent);

    /// <summary>Sends in order; what cannot be sent because there is no link is dropped: both sides compare what they know when there is one again.</summary>
    void Send(UpFrame frame);
}

/// <summary>What happens to a node's link.</summary>
public abstract record UplinkEvent
{
    private UplinkEvent()
    {
    }

    /// <summary>A frontend said welcome.</summary>
    public sealed record Connected(LinkTerms Terms) : UplinkEvent;

    /// <summary>
    /// A heartbeat was acknowledged: what runs here may run until then. It comes before <see cref="Connected"/>, and in its place among what was received.
    /// </summary>
    /// <param name="Until">On the clock of <see cref="BootClock"/>.</param>
    /// <param name="Lapsed">Whether the lease before had run out when this one came: what was received before may run elsewhere by now.</param>
    public sealed record Leased(TimeSpan Until, bool Lapsed) : UplinkEvent;

    /// <summary>The frontend said something.</summary>
    public sealed record Received(DownFrame Frame) : UplinkEvent;

    /// <summary>The link is gone; another one is being made.</summary>
    public sealed record Disconnected(string Reason) : UplinkEvent;
}
