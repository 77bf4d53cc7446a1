using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Client.Contracts;
using Dpu.Domain.Scheduling;
using Dpu.Domain.Users;
using Dpu.Kernel;

namespace Dpu.Service.Http;

/// <summary>The nodes as the scheduler sees them. However many ask, it is asked once at a time.</summary>
internal sealed class NodeList(ApiServices services)
{
    private const string ShutOut = "it failed tasks of several jobs, and none ended normally in between; it is given one to try from time to time";

    private readonly Lock _gate = new();
    private Task<NodeStatuses>? _asked;

    /// <summary>All nodes, by name; null when the scheduler does not answer in time.</summary>
    public async Task<IReadOnlyList<NodeInfo>?> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            var known = (await Ask().WaitAsync(cancellationToken)).Nodes.Select(Info).ToList();
            return services.Node is not { } own || known.Exists(node => node.Name == own.Name) ? known : [.. known, NotYetThere(own)];
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    private Task<NodeStatuses> Ask()
    {
        lock (_gate)
        {
            if (_asked is null or { IsCompleted: true })
            {
                _asked = services.Scheduler.AskAsync<SchedulerMessage, NodeStatuses>(
                    services.System, replyTo => new SchedulerMessage.GetNodes(replyTo), services.Options.Http.AnswerTimeout, CancellationToken.None);
            }

            return _asked;
        }
    }

    /// <summary>As somebody may be told: why a node is shut out names what was run there, and that may be somebody's own command.</summary>
    public static IReadOnlyList<NodeInfo> TellableTo(Caller caller, IReadOnlyList<NodeInfo> nodes) => caller.Has(Right.Operate)
        ? nodes
        : [.. nodes.Select(node => node.State == nameof(NodeState.Quarantined) ? node with { Reason = ShutOut } : node)];

    public static NodeInfo Info(NodeStatus node) =>
        new(node.Name, node.State.ToString(), node.Capacity.Cpus, node.Capacity.MemoryBytes, node.Tasks - node.Waiting, node.Tags, node.Reason)
        {
            Waiting = node.Waiting,
            Drained = node.Drained,
            Host = node.About.Host.Length == 0 ? null : node.About.Host,
            Version = node.About.Version,
            DiskBytes = node.About.DiskBytes,
            Missing = node.About.Missing,
            Joined = node.JoinedAt,
            LastHeard = node.LastHeard,
            LostAt = node.LostAt,
            EndsAt = node.About.EndsAt,
        };

    /// <summary>A node that belongs to the DPU and that the scheduler does not know.</summary>
    public static NodeInfo NotHere(string name, bool drained) =>
        new(name, nameof(NodeState.CutOff), 0, 0, 0, [], $"it is not connected, and nothing runs there{(drained ? "; it is drained" : "")}") { Drained = drained };

    /// <summary>The node of this service, before its keeper has answered for the first time.</summary>
    private NodeInfo NotYetThere(NodeOptions own) => new(
        own.Name,
        nameof(NodeState.CutOff),
        own.Capacity.Cpus,
        own.Capacity.MemoryBytes,
        0,
        own.Tags,
        "its keeper has not answered yet")
    {
        Drained = services.Membership.Identities.IsDrained(own.Name),
    };
}
