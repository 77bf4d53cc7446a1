using Dpu.Cluster.Links;
using Dpu.Kernel;

namespace Dpu.Cluster.Frontend;

/// <summary>
/// The nodes on other hosts: admits their links, one at a time for each name, and has one <see cref="RemoteNodeActor"/> stand for each of them.
/// </summary>
public sealed class RemoteNodesActor(FrontendParts parts, NodePresence presence, Func<LinkTerms> terms) : Actor<RemoteNodesMessage>
{
    private readonly Dictionary<string, IActorRef<RemoteNodeMessage>> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (IDownlink Link, Guid Instance)> _links = new(StringComparer.Ordinal);

    protected override ValueTask ReceiveAsync(RemoteNodesMessage message)
    {
        switch (message)
        {
            case RemoteNodesMessage.Greeted greeted:
                Admit(greeted.Link, greeted.Hello);
                break;
            case RemoteNodesMessage.Said said when IsCurrent(said.Link):
                _nodes[said.Link.Node].Tell(new RemoteNodeMessage.Said(said.Link, said.Received));
                break;
            case RemoteNodesMessage.Closed closed when IsCurrent(closed.Link):
                _links.Remove(closed.Link.Node);
                presence.Unlinked(closed.Link.Node, closed.Silent);
                _nodes[closed.Link.Node].Tell(new RemoteNodeMessage.Unlinked(closed.Link, closed.Silent));
                break;
            case RemoteNodesMessage.Said or RemoteNodesMessage.Closed:
                // Of a link that was refused or replaced.
                break;
            default:
                throw new InvalidOperationException($"The remote nodes know no message {message.GetType().Name}.");
        }

        return ValueTask.CompletedTask;
    }

    private bool IsCurrent(IDownlink link) => _links.TryGetValue(link.Node, out var current) && current.Link == link;

    private void Admit(IDownlink link, UpFrame.Hello hello)
    {
        if (LinkProtocol.Agree(hello.Version, hello.OldestVersion) is not { } version)
        {
            Refuse(link, $"Node {link.Node} (dpu {hello.Product}) speaks the protocol of links in versions {hello.OldestVersion} to {hello.Version}, this frontend (dpu {terms().Product}) in versions {LinkProtocol.OldestVersion} to {LinkProtocol.Version}. Install the same version of dpu on both.", final: true);
        }
        else if (_links.TryGetValue(link.Node, out var current) && current.Instance != hello.Instance)
        {
            Refuse(link, $"A node named '{link.Node}' is connected already. Stop that one, or give this one another name and a data directory of its own (--name, --data).", final: false);
        }
        else
        {
            current.Link?.Close("its node connected anew");
            _links[link.Node] = (link, hello.Instance);
            presence.Linked(link.Node);
            ClusterLog.Linked(Context.Logger, link.Node, hello.Product, version);
            NodeNamed(link.Node).Tell(new RemoteNodeMessage.Linked(link, terms() with { Version = version }, hello.Product));
        }
    }

    private void Refuse(IDownlink link, string reason, bool final)
    {
        ClusterLog.Refused(Context.Logger, link.Node, reason);
        link.Send(new DownFrame.Refused(reason, final));
        link.Close(reason);
    }

    private IActorRef<RemoteNodeMessage> NodeNamed(string name)
    {
        if (!_nodes.TryGetValue(name, out var node))
        {
            node = Context.Spawn(new Props<RemoteNodeMessage>(() => new RemoteNodeActor(name, parts)) { Supervision = new SupervisorStrategy.Escalate() }, name);
            _nodes.Add(name, node);
        }

        return node;
    }
}
