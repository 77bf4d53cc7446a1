using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Keeper.Protocol;

/// <summary>What the service asks, as bytes and back.</summary>
internal static class Requests
{
    private const long NoLimit = -1;

    public static void WriteHello(FrameWriter writer, string product)
    {
        writer.Begin(FrameKind.Hello);
        writer.UInt32(ProtocolFacts.Magic);
        writer.UInt16(ProtocolFacts.Version);
        writer.Text(product);
        writer.End();
    }

    public static (ushort Version, string Product) ReadHello(ref FrameReader reader)
    {
        if (reader.UInt32() != ProtocolFacts.Magic)
        {
            throw new InvalidDataException("The peer is no service of a DPU.");
        }

        return (reader.UInt16(), reader.Text());
    }

    public static void WriteStart(FrameWriter writer, IReadOnlyList<LaunchRequest> requests, int first, int count)
    {
        writer.Begin(FrameKind.Start);
        writer.Int32(count);
        for (var i = first; i < first + count; i++)
        {
            WriteRequest(writer, requests[i]);
        }

        writer.End();
    }

    public static LaunchRequest ReadRequest(ref FrameReader frame)
    {
        var reader = frame.Block();
        var attempt = reader.Attempt();
        var limits = new AttemptLimits(
            reader.Int64() is var wall && wall == NoLimit ? null : TimeSpan.FromTicks(wall),
            reader.Int64() is var memory && memory == NoLimit ? null : memory,
            TimeSpan.FromTicks(reader.Int64()),
            reader.Int64(),
            reader.Int64());
        var directory = reader.Text();
        var command = ImmutableArray.CreateBuilder<string>();
        for (var left = reader.Count(); left > 0; left--)
        {
            command.Add(reader.Text());
        }

        var environment = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        for (var left = reader.Count(); left > 0; left--)
        {
            environment.Add(new(reader.Text(), reader.Text()));
        }

        return new LaunchRequest(attempt, command.DrainToImmutable(), environment.DrainToImmutable(), directory, limits);
    }

    public static void WriteEnd(FrameWriter writer, AttemptId attempt, EndReason reason)
    {
        writer.Begin(FrameKind.End);
        writer.Attempt(attempt);
        writer.Byte((byte)reason);
        writer.End();
    }

    public static void WriteAcknowledge(FrameWriter writer, long sequenceNr)
    {
        writer.Begin(FrameKind.Acknowledge);
        writer.Int64(sequenceNr);
        writer.End();
    }

    public static void WriteLease(FrameWriter writer, TimeSpan until)
    {
        writer.Begin(FrameKind.Lease);
        writer.Int64(until.Ticks);
        writer.End();
    }

    public static TimeSpan ReadLease(ref FrameReader reader) => TimeSpan.FromTicks(reader.Int64());

    public static void WriteQuit(FrameWriter writer)
    {
        writer.Begin(FrameKind.Quit);
        writer.End();
    }

    private static void WriteRequest(FrameWriter writer, LaunchRequest request)
    {
        var block = writer.BeginBlock();
        writer.Attempt(request.Attempt);
        writer.Int64(request.Limits.WallTime?.Ticks ?? NoLimit);
        writer.Int64(request.Limits.MemoryBytes ?? NoLimit);
        writer.Int64(request.Limits.KillGrace.Ticks);
        writer.Int64(request.Limits.LogHeadBytes);
        writer.Int64(request.Limits.LogTailBytes);
        writer.Text(request.WorkDirectory);
        writer.Int32(request.Command.Length);
        foreach (var argument in request.Command)
        {
            writer.Text(argument);
        }

        writer.Int32(request.Environment.Length);
        foreach (var (name, value) in request.Environment)
        {
            writer.Text(name);
            writer.Text(value);
        }

        writer.EndBlock(block);
    }
}
