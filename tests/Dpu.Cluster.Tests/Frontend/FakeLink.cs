using Dpu.Cluster.Links;

namespace Dpu.Cluster.Tests.Frontend;

/// <summary>A link that remembers what was sent over it.</summary>
internal sealed class FakeLink(string node) : IDownlink
{
    public string Node => node;

    public List<DownFrame> Sent { get; } = [];

    public List<ReceivedFrame> Dealt { get; } = [];

    public string? Closed { get; private set; }

    public void Send(DownFrame frame) => Sent.Add(frame);

    public void Handled(ReceivedFrame received) => Dealt.Add(received);

    public void Close(string reason) => Closed = reason;
}
