using System.Buffers.Binary;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Keeper.Protocol;

/// <summary>
/// The numbered events as frames. Number and attempt stand at fixed places, so that the keeper can number and forget frames without
/// reading them.
/// </summary>
internal static class EventFrames
{
    private const int NumberOffset = ProtocolFacts.HeaderBytes;
    private const int AttemptOffset = NumberOffset + 8;
    private const int NoValue = -1;

    public static void WriteStarted(FrameWriter writer, AttemptId attempt, int pid, DateTimeOffset at)
    {
        Begin(writer, FrameKind.Started, attempt);
        writer.Int32(pid);
        writer.Time(at);
        writer.End();
    }

    public static void WriteOutput(FrameWriter writer, AttemptId attempt, OutputStream stream, DateTimeOffset at, ReadOnlySpan<byte> bytes)
    {
        Begin(writer, FrameKind.Output, attempt);
        writer.Byte((byte)stream);
        writer.Time(at);
        writer.Bytes(bytes);
        writer.End();
    }

    public static void WriteLaunchFailed(FrameWriter writer, AttemptId attempt, string reason, DateTimeOffset at)
    {
        Begin(writer, FrameKind.LaunchFailed, attempt);
        writer.Text(reason);
        writer.Time(at);
        writer.End();
    }

    public static void WriteExited(FrameWriter writer, AttemptId attempt, AttemptExit exit)
    {
        Begin(writer, FrameKind.Exited, attempt);
        writer.Byte((byte)exit.Reason);
        writer.Int32(exit.ExitCode ?? NoValue);
        writer.Int32(exit.Signal ?? NoValue);
        writer.Time(exit.StartedAt);
        writer.Time(exit.EndedAt);
        writer.Double(exit.CpuSeconds);
        writer.Int64(exit.MaxRssBytes);
        writer.Byte((byte)exit.MemorySource);
        writer.Int64(exit.OutputBytes);
        writer.End();
    }

    /// <summary>The event in a frame, or null for a kind that is not known here.</summary>
    public static LauncherEvent.Numbered? Read(FrameKind kind, ref FrameReader reader)
    {
        if (kind is < FrameKind.Started or > FrameKind.Exited)
        {
            return null;
        }

        var (number, attempt) = (reader.Int64(), reader.Attempt());
        return kind switch
        {
            FrameKind.Started => new LauncherEvent.Started(number, attempt, reader.Int32(), reader.Time()),
            FrameKind.Output => new LauncherEvent.Output(number, attempt, (OutputStream)reader.Byte(), reader.Time(), reader.Bytes().ToArray()),
            FrameKind.LaunchFailed => new LauncherEvent.LaunchFailed(number, attempt, reader.Text(), reader.Time()),
            _ => new LauncherEvent.Exited(number, attempt, ReadExit(ref reader)),
        };
    }

    public static void SetNumber(Span<byte> frame, long number) => BinaryPrimitives.WriteInt64LittleEndian(frame[NumberOffset..], number);

    public static long Number(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadInt64LittleEndian(frame[NumberOffset..]);

    /// <summary>Whether the attempt of this frame is over with it, and which that is.</summary>
    public static bool EndsAttempt(ReadOnlySpan<byte> frame, out AttemptId attempt)
    {
        attempt = new FrameReader(frame[AttemptOffset..]).Attempt();
        return (FrameKind)frame[4] is FrameKind.Exited or FrameKind.LaunchFailed;
    }

    private static void Begin(FrameWriter writer, FrameKind kind, AttemptId attempt)
    {
        writer.Begin(kind);
        writer.Int64(0);
        writer.Attempt(attempt);
    }

    private static AttemptExit ReadExit(ref FrameReader reader) => new(
        (EndReason)reader.Byte(),
        reader.Int32() is var code && code == NoValue ? null : code,
        reader.Int32() is var signal && signal == NoValue ? null : signal,
        reader.Time(),
        reader.Time(),
        reader.Double(),
        reader.Int64(),
        (MemorySource)reader.Byte(),
        reader.Int64());
}
