using Dpu.Actors.Scheduling;
using Dpu.Client.Contracts;
using Dpu.Domain.Scheduling;
using Dpu.Kernel;

namespace Dpu.Service.Http;

/// <summary>The nodes as the scheduler sees them. However many ask, it is asked once at a time.</summary>
internal sealed class NodeList(ApiServices services)
{
    private readonly Lock _gate = new();
    private Task<NodeStatuses>? _asked;

    /// <summary>All nodes, by name; null when the scheduler does not answer in time.</summary>
    public async Task<IReadOnlyList<NodeInfo>?> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            var known = (await Ask().WaitAsync(cancellationToken)).Nodes.Select(Info).ToList();
            return known.Exists(node => node.Name == services.Node.Name) ? known : [.. known, NotYetThere()];
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

    private static NodeInfo Info(NodeStatus node) =>
        new(node.Name, node.State.ToString(), node.Capacity.Cpus, node.Capacity.MemoryBytes, node.Tasks, node.Tags, node.Reason);

    /// <summary>The node of this service, before its keeper has answered for the first time.</summary>
    private NodeInfo NotYetThere() => new(
        services.Node.Name,
        nameof(NodeState.Away),
        services.Node.Capacity.Cpus,
        services.Node.Capacity.MemoryBytes,
        0,
        services.Node.Tags,
        "its keeper has not answered yet");
}
