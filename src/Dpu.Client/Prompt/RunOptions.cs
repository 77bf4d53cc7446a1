using Dpu.Client.Contracts;

namespace Dpu.Client.Prompt;

/// <summary>What <see cref="Processor.RunAsync"/> takes beside the options of the recipes.</summary>
public sealed record RunOptions
{
    /// <summary>Expected time of the job (<c>dpu_time</c>); null keeps the recipes' own estimate.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>Memory of each task in bytes (<c>dpu_mem</c>); null keeps the recipes' own.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Version of the recipes on the cluster (<c>dpu_aweversion</c>): <c>master</c>, <c>develop</c>; null for the usual one.</summary>
    public string? Version { get; init; }

    /// <summary>A folder of code to ship (<c>send_code</c>); null for released code. Nothing is shipped unless it is said here.</summary>
    public string? SendCode { get; init; }

    /// <summary>What of the user's settings goes along; the DPU leaves out what looks secret.</summary>
    public SubmittedSettings? Settings { get; init; }

    /// <summary>Higher runs first; 0 is usual.</summary>
    public int Priority { get; init; }

    /// <summary>Words of the user's own.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What is usual.</summary>
    public static RunOptions Usual { get; } = new();
}
