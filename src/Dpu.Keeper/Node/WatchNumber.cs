namespace Dpu.Keeper.Node;

/// <summary>What a descriptor that became ready stands for.</summary>
internal enum WatchKind : byte
{
    Wake = 1,
    Door = 2,
    Connection = 3,
    Output = 4,
    Error = 5,
    Leader = 6,
    Remaining = 7,
    Lease = 8,
}

/// <summary>The number a descriptor is watched under: its kind, a process where there are several, and the attempt's serial or the connection's id.</summary>
internal readonly record struct WatchNumber(WatchKind Kind, uint Id, int Pid = 0)
{
    // The kernel's largest possible pid has 22 bits.
    private const int PidBits = 0x00FF_FFFF;

    public ulong Packed => ((ulong)Kind << 56) | ((ulong)(uint)(Pid & PidBits) << 32) | Id;

    public static WatchNumber Unpack(ulong packed) => new((WatchKind)(packed >> 56), (uint)packed, (int)(packed >> 32) & PidBits);
}
