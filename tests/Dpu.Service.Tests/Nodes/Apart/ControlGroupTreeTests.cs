using Dpu.Domain.Jobs;
using Dpu.Service.Nodes.Apart;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Nodes.Apart;

/// <summary>The kernel's files, played by ordinary ones.</summary>
public sealed class ControlGroupTreeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Mounts => $"""
        22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
        30 22 0:26 / {_folder.Path} rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
        """;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_attempt_gets_a_group_with_its_limits()
    {
        Kernel(controllers: "cpuset cpu io memory pids");

        var (tree, reason) = ControlGroupTree.Open(Mounts, "dpu", new Resources(8, 1 << 30));
        var group = tree.ShouldNotBeNull(reason).Make(new AttemptId(new JobId(12), 3, 2), new Resources(2, 1 << 20), processes: 50);

        group.ShouldBe(_folder.At("dpu/12.3.2"));
        Read("dpu/12.3.2/cpu.max").ShouldBe("200000 100000");
        Read("dpu/12.3.2/memory.max").ShouldBe("1048576");
        Read("dpu/12.3.2/pids.max").ShouldBe("50");
        Read("dpu/memory.max").ShouldBe("1073741824");
        Read("cgroup.subtree_control").ShouldBe("+cpu +memory +pids");
    }

    [Fact]
    public void A_task_that_asked_for_no_memory_has_no_limit_but_all_tasks_together()
    {
        Kernel(controllers: "cpu memory pids");

        ControlGroupTree.Open(Mounts, "dpu", new Resources(8, 1 << 30)).Tree!.Make(new AttemptId(new JobId(1), 0, 1), new Resources(1, 0), processes: 50);

        Read("dpu/1.0.1/memory.max").ShouldBe("max");
    }

    [Fact]
    public void Where_a_controller_is_missing_it_is_named()
    {
        Kernel(controllers: "cpuset cpu io");

        var (tree, reason) = ControlGroupTree.Open(Mounts, "dpu", new Resources(8, 1 << 30));

        tree.ShouldBeNull();
        reason.ShouldNotBeNull().ShouldContain("memory, pids");
    }

    [Fact]
    public void Where_nothing_is_mounted_that_is_said() =>
        ControlGroupTree.Open("22 1 8:1 / / rw - ext4 /dev/sda1 rw", "dpu", new Resources(8, 0)).Reason.ShouldNotBeNull().ShouldContain("not mounted");

    private void Kernel(string controllers)
    {
        _folder.File("cgroup.controllers", controllers + "\n");
        _folder.File("cgroup.subtree_control", "");
        _folder.File("dpu/cgroup.subtree_control", "");
    }

    private string Read(string file) => File.ReadAllText(_folder.At(file));
}
