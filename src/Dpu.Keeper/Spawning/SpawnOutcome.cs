namespace Dpu.Keeper.Spawning;

/// <summary>What became of one request: a process with its descriptors, or a sentence.</summary>
internal sealed record SpawnOutcome(uint Serial, DateTimeOffset At, SpawnedProcess? Process, string? Failure);

/// <param name="Pid">The process.</param>
/// <param name="Pidfd">Readable once it has ended.</param>
/// <param name="Output">The reading end of its standard output.</param>
/// <param name="Error">The reading end of its standard error.</param>
internal sealed record SpawnedProcess(int Pid, int Pidfd, int Output, int Error);
