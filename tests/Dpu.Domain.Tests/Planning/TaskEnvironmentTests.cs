using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Shipping;
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

    [Fact]
    public void With_code_of_the_users_own_that_comes_first()
    {
        var start = Start() with { Code = new ShippedCode("abc", 1) };

        var environment = TaskEnvironment.For(start, "node-1", "/work/12", "/usr/bin:/bin", "/trees/abc").ToDictionary(pair => pair.Key, pair => pair.Value);

        environment["PATH"].ShouldBe("/trees/abc/bin:/usr/bin:/bin");
        environment["AWEPIPE"].ShouldBe("/trees/abc");
        environment["PYTHONPATH"].ShouldBe("/trees/abc");
        environment["DPU_CODE"].ShouldBe("/trees/abc");
        environment["DPU_CODE_SHA256"].ShouldBe("abc");
    }

    /// <summary>Whatever came into a journal by whatever way: what the DPU sets itself is never another's.</summary>
    [Fact]
    public void What_a_user_ships_stands_under_what_the_dpu_sets()
    {
        string[] names = ["PROJECT", "DPU_JOB", "PATH", "LD_PRELOAD", "HOME", "TMPDIR", "LANG", "PYTHONPATH", "AWEPIPE", "DPU_CODE", "DPU_ANYTHING", "BASH_ENV"];
        var variables = names.ToImmutableSortedDictionary(name => name, _ => "mine", StringComparer.Ordinal);
        var start = Start() with { Settings = new ShippedSettings(variables, null), Code = new ShippedCode("abc", 1) };

        var environment = TaskEnvironment.For(start, "node-1", "/work/12", "/bin", "/trees/abc");

        environment.Where(pair => pair.Value == "mine").Select(pair => pair.Key).ShouldBe(["PROJECT"]);
        environment.Select(pair => pair.Key).ShouldBeUnique();
    }

    private static TaskStart Start() => new(new AttemptId(new JobId(12), 3, 2), "Reduce", new Resources(2, 512), null, [], TaskWork.Plain);
}
