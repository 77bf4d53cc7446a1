using System.Collections.Immutable;
using Dpu.Actors.Scaling;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scaling;
using Dpu.Service.Pilots;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Pilots;

/// <summary>What the commands say here is what those of Slurm 22.05 said.</summary>
public sealed class SlurmProviderTests : IDisposable
{
    private static readonly PilotJob Job = new("dpu-p1", "#!/bin/sh\necho 'a, \"b\"'\n", new Resources(2, 1_500_000), TimeSpan.FromSeconds(3601), "/scratch/100%/out");

    private readonly FakeCommands _commands = new();

    public void Dispose() => _commands.Dispose();

    [Fact]
    public async Task A_pilot_is_submitted_with_its_needs_and_its_script_on_standard_input()
    {
        _commands.Say("sbatch", "17\n");
        (await Provider("two words", ["--account=a,b c", "--comment=it's"]).SubmitAsync(Job, CancellationToken.None)).ShouldBe("17");
        _commands.ArgumentsOf("sbatch").ShouldBe([
            "--parsable", "--job-name=dpu-p1", "--export=NIL", "--no-requeue", "--nodes=1", "--ntasks=1", "--cpus-per-task=2", "--signal=B:USR1@120", "--chdir=/", "--open-mode=append",
            "--output=/scratch/100%%/out", "--mem=2M", "--time=61", "--partition=two words", "--account=a,b c", "--comment=it's",
        ]);
        _commands.InputOf("sbatch").ShouldBe(Job.Script);
    }

    [Fact]
    public async Task With_several_clusters_the_id_stands_before_the_clusters_name()
    {
        _commands.Say("sbatch", "17;south\n");
        (await Provider().SubmitAsync(Job, CancellationToken.None)).ShouldBe("17");
    }

    [Fact]
    public async Task What_is_needed_of_memory_and_time_is_the_sites_when_nothing_is_asked()
    {
        _commands.Say("sbatch", "17\n");
        await Provider().SubmitAsync(Job with { Needs = new Resources(1, 0), WallTime = null }, CancellationToken.None);
        _commands.ArgumentsOf("sbatch").ShouldNotContain(argument => argument.StartsWith("--mem", StringComparison.Ordinal) || argument.StartsWith("--time", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_is_told_in_slurms_own_words()
    {
        _commands.Say("sbatch", "", "sbatch: error: invalid partition specified: nosuch\nsbatch: error: Batch job submission failed: Invalid partition name specified\n", 1);
        (await Should.ThrowAsync<BatchSystemException>(() => Provider().SubmitAsync(Job, CancellationToken.None))).Message
            .ShouldBe("sbatch: error: invalid partition specified: nosuch | sbatch: error: Batch job submission failed: Invalid partition name specified");
    }

    [Fact]
    public async Task Nothing_secret_of_the_services_environment_reaches_the_command()
    {
        _commands.Say("sbatch", "17\n");
        await Provider().SubmitAsync(Job, CancellationToken.None);
        _commands.EnvironmentOf("sbatch").Select(line => line.Split('=')[0])
            .Except(["PATH", "LC_ALL", "HOME", "USER", "LOGNAME", "TZ", "PWD", "OLDPWD", "SHLVL", "_", "SSH_AUTH_SOCK", "KRB5CCNAME"])
            .ShouldAllBe(name => name.StartsWith("SLURM_", StringComparison.Ordinal) || name.StartsWith("SGE_", StringComparison.Ordinal) || name.StartsWith("MUNGE_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Jobs_are_listed_with_state_reason_end_and_any_name()
    {
        _commands.Say(
            "squeue",
            """
            3|PENDING|N/A|PartitionConfig|job.sh
            2|CANCELLED|1795820458|JobHeldUser|q
            1|RUNNING|1795821057|None|dpu|with "bars", and commas
            4|COMPLETING|1795821057|None|x
            5|FAILED|1795821057|NonZeroExitCode|y
            6|PENDING|N/A|launch failed requeued held|z
            7|CANCELLED|1795821057|None|w

            """);
        (await Provider().ListAsync(CancellationToken.None)).ShouldBe([
            new BatchJob("3", "job.sh", BatchState.Queued, "PartitionConfig", null),
            new BatchJob("2", "q", BatchState.Ended, "JobHeldUser", DateTimeOffset.FromUnixTimeSeconds(1795820458)),
            new BatchJob("1", "dpu|with \"bars\", and commas", BatchState.Running, null, DateTimeOffset.FromUnixTimeSeconds(1795821057)),
            new BatchJob("4", "x", BatchState.Ending, null, DateTimeOffset.FromUnixTimeSeconds(1795821057)),
            new BatchJob("5", "y", BatchState.Ended, "NonZeroExitCode", DateTimeOffset.FromUnixTimeSeconds(1795821057)),
            new BatchJob("6", "z", BatchState.Stuck, "launch failed requeued held", null),
            new BatchJob("7", "w", BatchState.Ended, "CANCELLED", DateTimeOffset.FromUnixTimeSeconds(1795821057)),
        ]);
        _commands.ArgumentsOf("squeue").ShouldBe(["--noheader", "--states=all", "--user=ann", "--format=%i|%T|%e|%r|%j"]);
        _commands.EnvironmentOf("squeue").ShouldContain("SLURM_TIME_FORMAT=%s");
    }

    [Fact]
    public async Task An_answer_that_cannot_be_understood_is_no_empty_list()
    {
        _commands.Say("squeue", "something else\n");
        (await Should.ThrowAsync<BatchSystemException>(() => Provider().ListAsync(CancellationToken.None))).Message.ShouldContain("something else");
    }

    [Fact]
    public async Task A_job_that_is_gone_can_be_cancelled_again_and_anything_else_is_a_failure()
    {
        _commands.Say("scancel", "", "scancel: error: Kill job error on job id 999: Invalid job id specified\n", 1);
        await Provider().CancelAsync("999", CancellationToken.None);
        _commands.Say("scancel", "", "scancel: error: Kill job error on job id 3: Access/permission denied\n", 1);
        (await Should.ThrowAsync<BatchSystemException>(() => Provider().CancelAsync("3", CancellationToken.None))).Message.ShouldContain("Access/permission denied");
    }

    private SlurmProvider Provider(string? partition = null, ImmutableArray<string>? options = null) =>
        new(_commands.Runner, new BatchSettings(partition, null, options ?? []), "ann");
}
