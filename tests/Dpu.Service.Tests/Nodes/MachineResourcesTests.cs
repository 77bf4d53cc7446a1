using Dpu.Domain.Jobs;
using Dpu.Service.Nodes;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Nodes;

/// <summary>The kernel's files as they look on hosts, in containers and under batch systems.</summary>
public sealed class MachineResourcesTests
{
    private const string OneTree = "29 22 0:26 / /sys/fs/cgroup rw,nosuid,nodev shared:4 - cgroup2 cgroup2 rw,nsdelegate\n21 22 0:20 / /proc rw - proc proc rw\n";
    private const string Status = "Name:\tdpu\nCpus_allowed:\tff\nCpus_allowed_list:\t0-3,8,10-11\nThreads:\t3\n";
    private const string Meminfo = "MemTotal:       10000000 kB\nMemFree:          200000 kB\n";
    private static readonly GroupLimits None = new(null, null);

    [Fact]
    public void Without_limits_all_processors_it_is_bound_to_count_and_nine_tenths_of_the_memory() =>
        MachineResources.Of(Status, Meminfo, None).ShouldBe(new Resources(7, 9_216_000_000));

    [Theory]
    [InlineData(2.0, 2)]
    [InlineData(2.9, 2)]
    [InlineData(0.5, 1)]
    [InlineData(64.0, 7)]
    public void Part_of_a_processor_is_none_but_there_is_always_one(double allowed, int cpus) =>
        MachineResources.Of(Status, Meminfo, new GroupLimits(allowed, null)).Cpus.ShouldBe(cpus);

    [Theory]
    [InlineData(1_000_000_000, 900_000_000)]
    [InlineData(100_000_000_000, 9_216_000_000)]
    public void The_smaller_memory_counts(long allowed, long bytes) =>
        MachineResources.Of(Status, Meminfo, new GroupLimits(null, allowed)).MemoryBytes.ShouldBe(bytes);

    [Theory]
    [InlineData("5", 1)]
    [InlineData("0-0", 1)]
    [InlineData("0-127", 128)]
    public void Lists_of_processors_are_counted(string list, int cpus) =>
        MachineResources.Of($"Cpus_allowed_list:\t{list}\n", Meminfo, None).Cpus.ShouldBe(cpus);

    [Fact]
    public void A_file_that_says_something_else_is_named()
    {
        Should.Throw<InvalidDataException>(() => MachineResources.Of("", Meminfo, None)).Message.ShouldBe("The kernel does not tell 'Cpus_allowed_list'.");
        Should.Throw<InvalidDataException>(() => MachineResources.Of("Cpus_allowed_list: a-b", Meminfo, None)).Message.ShouldBe("'b' is no number.");
    }

    [Fact]
    public void Its_own_group_limits_it() => Read(
        "0::/user.slice/session.scope\n",
        OneTree,
        ("/sys/fs/cgroup/user.slice/session.scope/memory.max", "4294967296\n"),
        ("/sys/fs/cgroup/user.slice/session.scope/cpu.max", "250000 100000\n")).ShouldBe(new GroupLimits(2.5, 4L << 30));

    [Fact]
    public void So_do_all_groups_around_it_each_where_it_is_the_narrowest() => Read(
        "0::/system.slice/slurmstepd.scope/job_7/step_batch/user/task_0\n",
        OneTree,
        ("/sys/fs/cgroup/system.slice/cpu.max", "max 100000\n"),
        ("/sys/fs/cgroup/system.slice/memory.max", "8589934592\n"),
        ("/sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/memory.max", "2147483648\n"),
        ("/sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/cpu.max", "200000 50000\n"),
        ("/sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/step_batch/memory.max", "max\n"),
        ("/sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/step_batch/user/task_0/cpu.max", "800000 100000\n")).ShouldBe(new GroupLimits(4, 2L << 30));

    [Fact]
    public void In_a_container_with_a_view_of_its_own_the_top_is_its_group() => Read(
        "0::/\n",
        OneTree,
        ("/sys/fs/cgroup/memory.max", "1073741824\n"),
        ("/sys/fs/cgroup/cpu.max", "150000 100000\n")).ShouldBe(new GroupLimits(1.5, 1L << 30));

    [Fact]
    public void The_first_version_has_a_tree_for_each_controller() => Read(
        "12:cpu,cpuacct:/slurm/uid_1000/job_7\n8:memory:/slurm/uid_1000/job_7/step_0\n1:name=systemd:/elsewhere\n",
        "33 25 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n34 25 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
        ("/sys/fs/cgroup/cpu,cpuacct/slurm/uid_1000/job_7/cpu.cfs_quota_us", "-1\n"),
        ("/sys/fs/cgroup/cpu,cpuacct/slurm/uid_1000/job_7/cpu.cfs_period_us", "100000\n"),
        ("/sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_quota_us", "300000\n"),
        ("/sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_period_us", "100000\n"),
        ("/sys/fs/cgroup/memory/slurm/uid_1000/job_7/step_0/memory.limit_in_bytes", "9223372036854771712\n"),
        ("/sys/fs/cgroup/memory/slurm/uid_1000/job_7/memory.limit_in_bytes", "3221225472\n")).ShouldBe(new GroupLimits(3, 3L << 30));

    [Fact]
    public void In_a_container_that_sees_the_hosts_names_the_part_that_is_shown_is_its_own() => Read(
        "4:memory:/docker/abc\n",
        "34 25 0:29 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n")).ShouldBe(new GroupLimits(null, 512L << 20));

    [Fact]
    public void A_group_outside_of_what_is_shown_stands_for_its_top() => Read(
        "0::/../other\n4:memory:/elsewhere\n",
        OneTree + "34 25 0:29 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
        ("/sys/fs/cgroup/cpu.max", "100000 100000\n"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n")).ShouldBe(new GroupLimits(1, 512L << 20));

    [Fact]
    public void Both_versions_are_read_where_both_are_there() => Read(
        "9:name=systemd:/\n4:memory:/api/72ab\n1:cpu:/\n0::/\n",
        "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
        ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n"),
        ("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"),
        ("/sys/fs/cgroup/memory/api/72ab/memory.limit_in_bytes", "1000000\n")).ShouldBe(new GroupLimits(2, 1_000_000));

    [Fact]
    public void A_folder_with_a_blank_is_found() => Read(
        "0::/a b\n",
        "29 22 0:26 / /mnt/c\\040groups rw - cgroup2 cgroup2 rw\n",
        ("/mnt/c groups/a b/memory.max", "42\n")).ShouldBe(new GroupLimits(null, 42));

    [Fact]
    public void Without_control_groups_nothing_is_limited() => Read("", "").ShouldBe(None);

    [Fact]
    public void This_machine_has_something()
    {
        var here = MachineResources.Read();
        here.Cpus.ShouldBeInRange(1, Environment.ProcessorCount);
        here.MemoryBytes.ShouldBeGreaterThan(0);
        MachineResources.FreeDiskBytes(Path.GetTempPath()).ShouldBeGreaterThan(0);
    }

    private static GroupLimits Read(string membership, string mounts, params (string File, string Text)[] files)
    {
        var texts = files.ToDictionary(file => file.File, file => file.Text, StringComparer.Ordinal);
        return ControlGroups.Read(membership, mounts, texts.GetValueOrDefault);
    }
}
