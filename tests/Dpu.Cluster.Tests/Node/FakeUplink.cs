using Dpu.Cluster.Links;

namespace Dpu.Cluster.Tests.Node;

/// <summary>A node's link that does what the test says, and remembers what was sent over it.</summary>
internal sealed class FakeUplink : IUplink
{
    private Action<UplinkEvent>? _onEvent;

    public bool Linked { get; private set; }

    /// <summary>What went out; what was sent without a link is gone.</summary>
    public List<UpFrame> Sent { get; } = [];

    public void Connect(Action<UplinkEvent> onEvent) => _onEvent = onEvent;

    public void Send(UpFrame frame)
    {
        if (Linked)
        {
            Sent.Add(frame);
        }
    }

    /// <param name="version">Of the protocol, as both agreed.</param>
    public void Stand(int version = 1)
    {
        Linked = true;
        _onEvent!(new UplinkEvent.Connected(Given.Terms with { Version = version }));
    }

    public void Break()
    {
        Linked = false;
        _onEvent!(new UplinkEvent.Disconnected("cut"));
    }

    public void Hear(DownFrame frame) => _onEvent!(new UplinkEvent.Received(frame));
}
