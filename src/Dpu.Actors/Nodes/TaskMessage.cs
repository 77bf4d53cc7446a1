using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Actors.Nodes;

/// <summary>What a <see cref="TaskActor"/> understands.</summary>
internal abstract record TaskMessage
{
    private TaskMessage()
    {
    }

    /// <summary>End the attempt.</summary>
    public sealed record End : TaskMessage
    {
        public static End Instance { get; } = new();
    }

    /// <summary>The process and everything that it started is gone.</summary>
    /// <param name="LastOutput">The last piece of its output that its launcher told of; null when there was none.</param>
    public sealed record Exited(AttemptExit Exit, LauncherEventId? LastOutput) : TaskMessage;

    /// <summary>Its output was looked through, as far as it could be read.</summary>
    /// <param name="Reason">Why nothing could be read; null when something could.</param>
    public sealed record Searched(Exited Ended, SearchedOutput Output, Exception? Reason) : TaskMessage;

    /// <summary>Time to look again.</summary>
    public sealed record SearchAgain(Exited Ended) : TaskMessage;

    /// <summary>There is no process, and why.</summary>
    public sealed record LaunchFailed(string Reason) : TaskMessage;

    public sealed record Prepared(LaunchRequest Request) : TaskMessage;

    public sealed record Collected(AttemptExit Exit, ImmutableArray<OutputFile> Outputs) : TaskMessage;

    /// <summary>Staging in or out failed.</summary>
    public sealed record FilesFailed(AttemptExit? Exit, Exception Reason) : TaskMessage;
}
