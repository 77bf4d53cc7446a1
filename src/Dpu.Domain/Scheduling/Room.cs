using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>Sums of resources.</summary>
internal static class Room
{
    public static bool FitsIn(this Resources need, Resources room) => need.Cpus <= room.Cpus && need.MemoryBytes <= room.MemoryBytes;

    public static Resources Plus(this Resources a, Resources b) => new(a.Cpus + b.Cpus, a.MemoryBytes + b.MemoryBytes);

    public static Resources Less(this Resources a, Resources b) => new(a.Cpus - b.Cpus, a.MemoryBytes - b.MemoryBytes);
}
