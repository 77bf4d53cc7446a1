using System.Globalization;
using Dpu.Domain.Jobs;

namespace Dpu.Service.Nodes;

/// <summary>What this machine, or the control group that the service lives in, lets tasks hold.</summary>
internal static class MachineResources
{
    private const double ShareOfMemory = 0.9;
    private const string CgroupV2Limit = "/sys/fs/cgroup/memory.max";

    public static Resources Read()
    {
        // ProcessorCount and TotalAvailableMemoryBytes respect affinity and the limits of the process's own control group.
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return new Resources(Environment.ProcessorCount, (long)(Math.Min(memory, CgroupLimit() ?? long.MaxValue) * ShareOfMemory));
    }

    private static long? CgroupLimit() =>
        File.Exists(CgroupV2Limit) && long.TryParse(File.ReadAllText(CgroupV2Limit).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? bytes
            : null;
}
