namespace Dpu.Keeper.Protocol;

/// <summary>
/// What a frame holds. A frame is its length (4 bytes, little endian, of what follows), its kind and its fields. Within one protocol
/// version fields are only appended and kinds only added: a reader leaves what follows the fields it knows and skips kinds it does
/// not know, so that a newer service can talk to the older keeper that still holds its recipes.
/// </summary>
internal enum FrameKind : byte
{
    // From the service.
    Hello = 1,
    Start = 2,
    End = 3,
    Acknowledge = 4,
    Quit = 5,
    Lease = 6,

    // From the keeper.
    Welcome = 64,
    Refused = 65,
    Quitting = 66,
    Busy = 67,
    Started = 80,
    Output = 81,
    LaunchFailed = 82,
    Exited = 83,
}

internal static class ProtocolFacts
{
    public const ushort Version = 1;

    /// <summary>"DPUK": tells a keeper's peer from whatever else finds the socket.</summary>
    public const uint Magic = 0x4B555044;

    /// <summary>Longer than any request the kernel would accept; a longer frame means that the peer is not one of ours.</summary>
    public const int FrameBytesMax = 64 << 20;

    public const int HeaderBytes = 5;

    /// <summary>What a keeper says of itself in its welcome, bit by bit: it takes leases. Older ones say nothing, which means none of it.</summary>
    public const int KnowsLeases = 1;
}
