using System.Collections.Immutable;
using Dpu.Actors.Nodes;
using Dpu.Cluster.Links;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;

namespace Dpu.Cluster.Frontend;

/// <summary>What a <see cref="RemoteNodeActor"/> understands.</summary>
internal abstract record RemoteNodeMessage
{
    private RemoteNodeMessage()
    {
    }

    /// <summary>The node has a link now; any other one of it is gone.</summary>
    public sealed record Linked(IDownlink Link, LinkTerms Terms, string Product) : RemoteNodeMessage;

    /// <summary>The node said something.</summary>
    public sealed record Said(IDownlink Link, ReceivedFrame Received) : RemoteNodeMessage;

    /// <summary>A link of the node is gone.</summary>
    /// <param name="Link">Which.</param>
    /// <param name="Silent">How long it had been silent already.</param>
    public sealed record Unlinked(IDownlink Link, TimeSpan Silent) : RemoteNodeMessage;

    /// <summary>A job or the frontend has something for the node.</summary>
    public sealed record ForNode(NodeMessage Message) : RemoteNodeMessage;

    /// <summary>Logs of the node are durable, or why they are not.</summary>
    public sealed record LogsAppended(IDownlink Link, ReceivedFrame Received, string? Failure) : RemoteNodeMessage;

    /// <summary>Which attempts are or were the node's own, as far as the views know.</summary>
    public sealed record OwnersLookedUp(ImmutableArray<(AttemptId Attempt, bool Own)> Own) : RemoteNodeMessage;

    /// <summary>The views could not be asked for that.</summary>
    public sealed record OwnersNotLookedUp(Exception Reason) : RemoteNodeMessage;

    /// <summary>Time to ask them again.</summary>
    public sealed record LookAgain : RemoteNodeMessage
    {
        public static LookAgain Instance { get; } = new();
    }

    /// <summary>What the node reported of attempts that left outputs was looked at; <paramref name="Failure"/> says why it could not be.</summary>
    public sealed record Checked(IDownlink Link, ReceivedFrame Received, JobId Job, ImmutableArray<AttemptReport> Reports, Exception? Failure) : RemoteNodeMessage;

    /// <summary>Nothing more can be brought for an attempt; what could not be removed says <paramref name="Failure"/>.</summary>
    public sealed record Closed(AttemptId Attempt, Exception? Failure) : RemoteNodeMessage;

    /// <summary>A page that the node asked for, or why there is none.</summary>
    public sealed record LogsLookedUp(IDownlink Link, ReceivedFrame Received, LogPage Page, string? Failure) : RemoteNodeMessage;

    /// <summary>Whoever wants what was given before this era had the time to say so again.</summary>
    public sealed record Forget(long Era) : RemoteNodeMessage;
}
