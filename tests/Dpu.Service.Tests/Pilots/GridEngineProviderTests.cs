using Dpu.Actors.Scaling;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scaling;
using Dpu.Service.Pilots;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Pilots;

/// <summary>What the commands say here is what those of Son of Grid Engine 8.1.9 said.</summary>
public sealed class GridEngineProviderTests : IDisposable
{
    private static readonly PilotJob Job = new("dpu-p1", "#!/bin/sh\necho 1\n", new Resources(2, 0), TimeSpan.FromSeconds(3601), "/shared/a b/out");

    private readonly FakeCommands _commands = new();

    public void Dispose() => _commands.Dispose();

    [Fact]
    public async Task A_pilot_is_submitted_with_its_needs_and_its_script_on_standard_input()
    {
        _commands.Say("qsub", "4\n");
        (await Provider("main.q", "smp", "-l", "h=a*,b").SubmitAsync(Job, CancellationToken.None)).ShouldBe("4");
        _commands.ArgumentsOf("qsub").ShouldBe([
            "-terse", "-N", "dpu-p1", "-S", "/bin/sh", "-j", "y", "-o", "/shared/a b/out", "-r", "n", "-notify", "-l", "h_rt=3601", "-q", "main.q", "-pe", "smp", "2", "-l", "h=a*,b",
        ]);
        _commands.InputOf("qsub").ShouldBe(Job.Script);
    }

    [Fact]
    public async Task Several_cpus_need_a_parallel_environment()
    {
        (await Should.ThrowAsync<BatchSystemException>(() => Provider(null, null).SubmitAsync(Job, CancellationToken.None))).Message.ShouldContain("dpu.scaling.parallel-environment");
        _commands.Say("qsub", "4\n");
        (await Provider(null, null).SubmitAsync(Job with { Needs = new Resources(1, 0) }, CancellationToken.None)).ShouldBe("4");
        _commands.ArgumentsOf("qsub").ShouldNotContain("-pe");
    }

    [Fact]
    public async Task A_refusal_is_told_in_grid_engines_own_words()
    {
        _commands.Say("qsub", "", "Unable to run job: job rejected: the requested parallel environment \"nosuch\" does not exist\nExiting.\n", 1);
        (await Should.ThrowAsync<BatchSystemException>(() => Provider(null, "nosuch").SubmitAsync(Job, CancellationToken.None))).Message
            .ShouldBe("qsub: Unable to run job: job rejected: the requested parallel environment \"nosuch\" does not exist | Exiting.");
    }

    [Fact]
    public async Task Jobs_are_listed_from_both_parts_of_the_answer()
    {
        _commands.Say("qstat", Listing("r", "qw"));
        (await Provider(null, "smp").ListAsync(CancellationToken.None)).ShouldBe([
            new BatchJob("2", "dpu-p2", BatchState.Running, "r", null),
            new BatchJob("3", "dpu-p3", BatchState.Queued, "qw", null),
        ]);
        _commands.ArgumentsOf("qstat").ShouldBe(["-xml", "-u", "ann"]);
    }

    [Theory]
    [InlineData("t", BatchState.Running)]
    [InlineData("dr", BatchState.Ending)]
    [InlineData("hqw", BatchState.Queued)]
    [InlineData("Eqw", BatchState.Stuck)]
    [InlineData("S", BatchState.Running)]
    public async Task Each_letter_has_its_meaning(string letters, BatchState state)
    {
        _commands.Say("qstat", Listing(letters, "qw"));
        (await Provider(null, "smp").ListAsync(CancellationToken.None))[0].State.ShouldBe(state);
    }

    [Fact]
    public async Task A_master_that_does_not_answer_is_no_empty_list()
    {
        _commands.Say("qstat", "", "error: commlib error: got select error (Connection refused)\nerror: unable to send message to qmaster using port 3 on host \"vm\": got send error\n", 1);
        (await Should.ThrowAsync<BatchSystemException>(() => Provider(null, "smp").ListAsync(CancellationToken.None))).Message.ShouldStartWith("qstat: error: commlib error: got select error (Connection refused)");
    }

    [Fact]
    public async Task A_job_that_is_gone_can_be_cancelled_again()
    {
        _commands.Say("qdel", "denied: job \"77\" does not exist\n", "", 1);
        await Provider(null, "smp").CancelAsync("77", CancellationToken.None);
        _commands.Say("qdel", "ann does not have the permission to delete job 3\n", "", 1);
        (await Should.ThrowAsync<BatchSystemException>(() => Provider(null, "smp").CancelAsync("3", CancellationToken.None))).Message.ShouldContain("permission");
    }

    private static string Listing(string running, string pending) =>
        $"""
        <?xml version='1.0'?>
        <job_info  xmlns:xsd="http://arc.liv.ac.uk/repos/darcs/sge/source/dist/util/resources/schemas/qstat/qstat.xsd">
          <queue_info>
            <job_list state="running">
              <JB_job_number>2</JB_job_number>
              <JAT_prio>0.25000</JAT_prio>
              <JB_name>dpu-p2</JB_name>
              <JB_owner>root</JB_owner>
              <state>{running}</state>
              <JAT_start_time>2026-11-27T23:05:02</JAT_start_time>
              <queue_name>main.q@vm</queue_name>
              <slots>2</slots>
            </job_list>
          </queue_info>
          <job_info>
            <job_list state="pending">
              <JB_job_number>3</JB_job_number>
              <JAT_prio>0.75000</JAT_prio>
              <JB_name>dpu-p3</JB_name>
              <JB_owner>root</JB_owner>
              <state>{pending}</state>
              <JB_submission_time>2026-11-27T23:05:02</JB_submission_time>
              <queue_name></queue_name>
              <slots>99</slots>
            </job_list>
          </job_info>
        </job_info>
        """;

    private GridEngineProvider Provider(string? queue, string? environment, params string[] options) =>
        new(_commands.Runner, new BatchSettings(queue, environment, [.. options]), "ann");
}
