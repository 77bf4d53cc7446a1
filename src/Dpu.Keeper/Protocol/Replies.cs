using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Keeper.Protocol;

/// <summary>What a keeper says about itself to a service that it accepts.</summary>
internal sealed record Welcome(ushort Version, Guid Incarnation, int ProcessId, string Product, ImmutableArray<AttemptId> Attempts)
{
    /// <summary>Whether it ends what it runs when a lease runs out: keepers from before there were leases do not.</summary>
    public bool KnowsLeases { get; init; } = true;
}

/// <summary>What the keeper says outside its numbered events, as bytes and back.</summary>
internal static class Replies
{
    public static void WriteWelcome(FrameWriter writer, Welcome welcome)
    {
        writer.Begin(FrameKind.Welcome);
        writer.UInt16(welcome.Version);
        writer.Guid(welcome.Incarnation);
        writer.Int32(welcome.ProcessId);
        writer.Text(welcome.Product);
        writer.Int32(welcome.Attempts.Length);
        foreach (var attempt in welcome.Attempts)
        {
            writer.Attempt(attempt);
        }

        writer.Int32(welcome.KnowsLeases ? ProtocolFacts.KnowsLeases : 0);
        writer.End();
    }

    public static Welcome ReadWelcome(ref FrameReader reader)
    {
        var (version, incarnation, processId, product) = (reader.UInt16(), reader.Guid(), reader.Int32(), reader.Text());
        var attempts = ImmutableArray.CreateBuilder<AttemptId>();
        for (var left = reader.Count(); left > 0; left--)
        {
            attempts.Add(reader.Attempt());
        }

        return new Welcome(version, incarnation, processId, product, attempts.DrainToImmutable())
        {
            KnowsLeases = !reader.IsAtEnd && (reader.Int32() & ProtocolFacts.KnowsLeases) != 0,
        };
    }

    /// <summary>A sentence for a person: why the service was refused, or why the keeper stays.</summary>
    public static void WriteSentence(FrameWriter writer, FrameKind kind, string sentence)
    {
        writer.Begin(kind);
        writer.Text(sentence);
        writer.End();
    }
}
