using Dpu.Domain.Execution;

namespace Dpu.Actors.Tests.Simulated;

/// <summary>One process: what is true of it, whoever knows.</summary>
internal sealed class SimulatedRecipe(LaunchRequest request, DateTimeOffset startedAt)
{
    public LaunchRequest Request { get; } = request;

    public DateTimeOffset StartedAt { get; } = startedAt;

    public bool IsGone { get; set; }

    /// <summary>Set once it was asked to end.</summary>
    public EndReason? Ending { get; set; }

    /// <summary>What it wrote, as its keeper read it.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>Whether its keeper died with lines that nobody had acknowledged: those may be lost.</summary>
    public bool MayHaveLostLines { get; set; }

    /// <summary>How it ended, as its keeper saw it; null when it went with its keeper.</summary>
    public AttemptExit? Exit { get; set; }
}
