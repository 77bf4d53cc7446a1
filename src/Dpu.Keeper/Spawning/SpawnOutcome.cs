using Dpu.Keeper.Native;

namespace Dpu.Keeper.Spawning;

/// <summary>What became of one request: a process with its descriptors, or a sentence; neither when it may not be started any more.</summary>
internal sealed record SpawnOutcome(uint Serial, DateTimeOffset At, SpawnedProcess? Process, string? Failure);

/// <param name="Pid">The process.</param>
/// <param name="Pidfd">Readable once it has ended.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record SpawnedProcess(int Pid, int Pidfd, OutputPipe Output, OutputPipe Error);

/// <summary>
/// Both ends of a pipe that a process writes to. We keep the writing end too: without an end of the stream there is nothing to wake up for
/// when a process closes its outputs, an instant before it ends. When it has ended, what is in the pipe is all there is.
/// </summary>
internal readonly record struct OutputPipe(int Reader, int Writer)
{
    public static bool TryOpen(out OutputPipe pipe, out int error)
    {
        var opened = Descriptors.TryPipe(out var reader, out var writer, out error);
        pipe = new OutputPipe(reader, writer);
        return opened;
    }

    public void Close()
    {
        Descriptors.Close(Reader);
        Descriptors.Close(Writer);
    }
}
