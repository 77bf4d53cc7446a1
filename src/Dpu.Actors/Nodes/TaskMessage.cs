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
    public sealed record Exited(AttemptExit Exit) : TaskMessage;

    /// <summary>There is no process, and why.</summary>
    public sealed record LaunchFailed(string Reason) : TaskMessage;

    public sealed record Prepared(LaunchRequest Request) : TaskMessage;

    public sealed record Collected(AttemptExit Exit, ImmutableArray<OutputFile> Outputs) : TaskMessage;

    /// <summary>Staging in or out failed.</summary>
    public sealed record FilesFailed(AttemptExit? Exit, Exception Reason) : TaskMessage;
}
