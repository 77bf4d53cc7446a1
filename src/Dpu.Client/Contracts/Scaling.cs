namespace Dpu.Client.Contracts;

/// <summary>Asks for so many nodes as jobs of a batch system.</summary>
/// <param name="Nodes">How many; null for as many as the queue needs, between the configured bounds.</param>
/// <param name="Via"><c>slurm</c> or <c>gridengine</c>; null for the one that was named last, or is configured.</param>
public sealed record ScalingRequest(int? Nodes, string? Via);

/// <summary>How many nodes there are to be as jobs of a batch system, and those that there are.</summary>
/// <param name="Target">How many somebody asked for; null for automatic, and where nobody ever asked.</param>
/// <param name="Automatic">Whether there are to be as many as the queue needs.</param>
/// <param name="Via">The batch system; null where none was named.</param>
/// <param name="Min">The lower bound of automatic scaling.</param>
/// <param name="Max">There are never more.</param>
/// <param name="Wanted">So many are wanted at the moment.</param>
/// <param name="WaitingTasks">So many tasks wait that such nodes could run.</param>
/// <param name="LastFailure">The last thing that went wrong, in a sentence; null when nothing did.</param>
/// <param name="Trouble">Why nothing can be done at the moment, in a sentence; null when something can.</param>
/// <param name="WaitsUntil">After failures nothing is submitted before that; null when that is no reason.</param>
public sealed record ScalingInfo(
    int? Target,
    bool Automatic,
    string? Via,
    int Min,
    int Max,
    int Wanted,
    long WaitingTasks,
    IReadOnlyList<PilotInfo> Pilots,
    string? LastFailure,
    string? Trouble,
    DateTimeOffset? WaitsUntil);

/// <summary>A node as a job of a batch system.</summary>
/// <param name="Name">Its name, which is its node's.</param>
/// <param name="Via">The batch system.</param>
/// <param name="BatchId">What that calls it; null while that is not known.</param>
/// <param name="State"><c>Ordered</c>, <c>Queued</c>, <c>Starting</c>, <c>Idle</c>, <c>Busy</c>, <c>Draining</c>, <c>Drained</c>.</param>
/// <param name="Running">Tasks that its node has.</param>
/// <param name="Reason">The batch system's word for why it waits; null when it says none.</param>
/// <param name="Ends">When the batch system will end it at the latest; null when that is not known.</param>
public sealed record PilotInfo(string Name, string Via, string? BatchId, string State, int Running, string? Reason, DateTimeOffset? Ends);
