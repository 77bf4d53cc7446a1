using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Simulated;

/// <summary>One process: what is true of it, whoever knows.</summary>
internal sealed class SimulatedRecipe(SimulatedHost host, LaunchRequest request, Resources resources, DateTimeOffset startedAt)
{
    private readonly Queue<PipeItem> _pipe = new();

    public SimulatedHost Host { get; } = host;

    public LaunchRequest Request { get; } = request;

    public AttemptId Attempt => Request.Attempt;

    /// <summary>What it holds.</summary>
    public Resources Resources { get; } = resources;

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

    /// <summary>Lines that it has written so far, read or not.</summary>
    public int Written { get; private set; }

    public void Write() => _pipe.Enqueue(new PipeItem(Written++, null, null));

    public void Close(int? code, int? signal) => _pipe.Enqueue(new PipeItem(null, code, signal));

    public PipeItem Read() => _pipe.Dequeue();

    /// <summary>A line, or the end.</summary>
    internal readonly record struct PipeItem(int? Line, int? Code, int? Signal);
}
