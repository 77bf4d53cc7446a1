using Dpu.Actors.Scaling;
using Dpu.Domain.Scaling;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Scaling;

public sealed class ScalingActorTests
{
    private readonly SimulatedSite _site = new(1);

    [Fact]
    public void So_many_pilots_run_as_somebody_asks_for_and_they_are_shown_with_their_jobs()
    {
        _site.Start();
        _site.Scale(2).ShouldBeOfType<ScalingReply.Done>();
        _site.Run(60);

        var status = _site.Status();
        status.Pilots.Select(pilot => (pilot.Name, pilot.BatchId, pilot.Phase)).ShouldBe(
            _site.Living.OrderBy(job => job.Name, StringComparer.Ordinal).Select(job => (job.Name, (string?)job.Id, PilotPhase.Idle)));
        (status.Wanted, status.Pilots.Length, status.LastFailure).ShouldBe((2, 2, null));
        _site.Orders.ShouldAllBe(order => order.Lasting);
    }

    [Fact]
    public void Without_a_target_nothing_is_asked_of_anybody()
    {
        _site.Start();
        _site.Run(3600);
        _site.Submissions.ShouldBeEmpty();
        _site.Status().Target.ShouldBeNull();
    }

    [Fact]
    public void What_the_queue_needs_is_followed_where_a_batch_system_is_configured()
    {
        _site.Configured = "slurm";
        _site.Missing = 3;
        _site.Start();
        _site.Run(4);
        _site.Run(60);
        _site.Submissions.Count.ShouldBe(3);
        _site.Orders.ShouldAllBe(order => !order.Lasting);

        _site.Missing = 0;
        _site.Run(700);
        _site.Living.ShouldBeEmpty();
        _site.Status().LastFailure.ShouldBeNull();
    }

    [Fact]
    public void A_smaller_number_waits_for_what_runs()
    {
        _site.Start();
        _site.Scale(2);
        _site.Run(60);
        var busy = _site.Living[0].Name;
        _site.Work(busy, 3);
        _site.Run(10);

        _site.Scale(0);
        _site.Run(600);
        _site.Living.Select(job => job.Name).ShouldBe([busy]);
        _site.Status().Pilots.ShouldHaveSingleItem().Phase.ShouldBe(PilotPhase.Draining);

        _site.Work(busy, 0);
        _site.Run(60);
        _site.Living.ShouldBeEmpty();
        _site.Status().Pilots.ShouldBeEmpty();
    }

    [Fact]
    public void The_target_outlives_the_frontend_and_pilots_are_neither_forgotten_nor_doubled()
    {
        _site.Start();
        _site.Scale(3);
        _site.Run(60);
        _site.Start();
        _site.Run(60);

        _site.Submissions.Count.ShouldBe(3);
        _site.Status().Pilots.Length.ShouldBe(3);
    }

    [Fact]
    public void A_site_that_refuses_is_asked_less_and_less_often_and_its_words_are_told()
    {
        _site.Refusal = "sbatch: error: Batch job submission failed: Invalid account";
        _site.Start();
        _site.Scale(3);
        _site.Run(3600);

        // 10, 20, 40 … 600 s: after an hour this is some dozen, not hundreds.
        _site.Submissions.Count.ShouldBeInRange(8, 14);
        var status = _site.Status();
        status.LastFailure.ShouldBe("sbatch: error: Batch job submission failed: Invalid account");
        status.WaitsUntil.ShouldNotBeNull();
        _site.Forgotten.ShouldBe(_site.Submissions);

        _site.Refusal = null;
        _site.Scale(3);
        _site.Run(60);
        _site.Living.Count.ShouldBe(3);
    }

    [Fact]
    public void Pilots_that_end_before_they_join_are_failures_too()
    {
        _site.NodesFail = true;
        _site.Start();
        _site.Scale(2);
        _site.Run(3600);
        _site.Submissions.Count.ShouldBeInRange(6, 16);
        _site.Status().LastFailure!.ShouldContain("before its node had joined");
    }

    [Fact]
    public void A_pilot_that_is_cancelled_from_outside_is_replaced()
    {
        _site.Start();
        _site.Scale(1);
        _site.Run(60);
        var name = _site.Living.Single().Name;
        _site.Work(name, 2);
        _site.Run(10);
        _site.Kill(name);
        _site.Run(60);

        _site.Living.ShouldHaveSingleItem().Name.ShouldNotBe(name);
        _site.Status().LastFailure.ShouldBeNull();
    }

    [Theory]
    [InlineData(6, "slurm", "6 nodes are more than dpu.scaling.max allows, which is 5.")]
    [InlineData(-1, "slurm", "-1 nodes: there can be none, but not fewer.")]
    [InlineData(1, "pbs", "There is no batch system 'pbs': it is 'slurm'.")]
    [InlineData(1, null, "Say which batch system is to run nodes: --via 'slurm'; or set dpu.scaling.via.")]
    public void What_cannot_be_is_refused(int nodes, string? via, string message)
    {
        _site.Start();
        _site.Scale(nodes, via).ShouldBe(new ScalingReply.Refused(message));
    }

    /// <summary>Whatever is not answered, whenever the frontend and its journal fail: never more jobs than the maximum; and when the faults stop, so many as are wanted, all of them known.</summary>
    [Fact]
    public void Nothing_is_forgotten_and_nothing_doubled_whatever_fails()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            Torture(seed);
        }
    }

    private static void Torture(int seed)
    {
        var site = new SimulatedSite(seed) { Unanswered = 0.3 };
        site.World.OnStep = () => site.Living.Count.ShouldBeLessThanOrEqualTo(5, $"seed {seed}");
        site.Start();
        site.Scale(site.World.Random.Next(1, 6));
        (site.Journal.FailBeforeWrite, site.Journal.FailAfterWrite) = (0.1, 0.1);
        for (var round = 0; round < 8; round++)
        {
            site.Run(site.World.Random.Next(1, 90));
            switch (site.World.Random.Next(3))
            {
                case 0:
                    site.Start();
                    break;
                case 1 when site.Living.Count > 0:
                    site.Kill(site.Living[site.World.Random.Next(site.Living.Count)].Name);
                    break;
            }
        }

        (site.Unanswered, site.Journal.FailBeforeWrite, site.Journal.FailAfterWrite) = (0, 0, 0);
        var wanted = site.World.Random.Next(0, 6);
        site.Run(30);
        site.Scale(wanted);
        site.Run(1500);
        var status = site.Status();
        site.Living.Count.ShouldBe(wanted, $"seed {seed}: {status}");
        status.Pilots.Select(pilot => pilot.Name).ShouldBe(site.Living.Select(job => job.Name).Order(StringComparer.Ordinal), $"seed {seed}");
    }
}
