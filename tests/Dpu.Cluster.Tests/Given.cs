using Dpu.Cluster.Links;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Cluster.Tests;

/// <summary>Attempts, reports and terms to test with.</summary>
internal static class Given
{
    public static readonly JobId Job = new(7);
    public static readonly Guid Incarnation = new("11111111-1111-1111-1111-111111111111");
    public static readonly DateTimeOffset Now = new(2000, 4, 28, 0, 0, 0, TimeSpan.Zero);
    public static readonly TimeSpan NodeTimeout = TimeSpan.FromMinutes(5);

    public static LinkTerms Terms { get; } = new(
        1, "0.1.0", "dpu", NodeTimeout, TimeSpan.FromMinutes(4), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(2), new StoreProbe("/store", "probe", "text"), []);

    public static NodeFacts Facts { get; } = new("host", new Resources(2, 0), [], 1, []);

    public static AttemptId Attempt(int task, int number = 1) => new(Job, task, number);

    public static TaskStart Start(int task) => new(Attempt(task), "run", new Resources(1, 0), null, ["run"], TaskWork.Plain);

    public static AttemptReport Report(int task, int number = 1) => new(
        new TaskAttempt(task, number), null, "", new AttemptExit(EndReason.Exited, 0, null, Now, Now.AddSeconds(1), 0.5, 1000, MemorySource.ResourceUsage, 0), [], []);
}
