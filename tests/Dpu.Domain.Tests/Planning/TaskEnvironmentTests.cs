using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Planning;

public sealed class TaskEnvironmentTests
{
    [Fact]
    public void It_is_the_whole_environment_and_nothing_else()
    {
        var start = new TaskStart(new AttemptId(new JobId(12), 3, 2), "Reduce", new Resources(2, 512), null, [], TaskWork.Plain);

        TaskEnvironment.For(start, "node-1", "/work/12/3/2", "/usr/bin:/bin").Select(pair => $"{pair.Key}={pair.Value}").ShouldBe(
        [
            "DPU_JOB=12",
            "DPU_TASK=3",
            "DPU_ATTEMPT=12/3/2",
            "DPU_STEP=Reduce",
            "DPU_NODE=node-1",
            "DPU_WORKDIR=/work/12/3/2",
            "DPU_CPUS=2",
            "DPU_MEMORY_BYTES=512",
            "PATH=/usr/bin:/bin",
            "HOME=/work/12/3/2",
            "TMPDIR=/work/12/3/2",
            "LANG=C.UTF-8",
        ]);
    }
}
