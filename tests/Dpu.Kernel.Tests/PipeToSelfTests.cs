using Dpu.TestKit;

namespace Dpu.Kernel.Tests;

public sealed class PipeToSelfTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly Simulation _simulation = new(8);
    private readonly List<string> _seen = [];

    [Fact]
    public void Outcomes_arrive_in_the_order_of_their_ends_and_other_messages_meanwhile()
    {
        var actor = Spawn((context, m) =>
        {
            _seen.Add(m);
            if (m == "go")
            {
                Pipe(context, "slow", 3 * Second);
                Pipe(context, "fast", 1 * Second);
                context.PipeToSelf<int>(_ => throw new Boom("at once"), _ => "?", e => e.Message);
                context.PipeToSelf<int>(_ => Task.FromException<int>(new Boom("failed")), _ => "?", e => e.Message);
            }
        });
        actor.Tell("go");
        _simulation.RunFor(2 * Second);
        actor.Tell("meanwhile");
        _simulation.RunFor(2 * Second);

        _seen.ShouldBe(["go", "at once", "failed", "fast", "meanwhile", "slow"]);
    }

    [Fact]
    public void The_work_is_told_when_the_actor_is_to_stop_and_its_outcome_is_a_dead_letter()
    {
        var system = _simulation.StartSystem("s");
        var cancelled = false;
        var actor = system.Spawn(
            Script.Of<string>((context, _) => context.PipeToSelf(
                async ct =>
                {
                    await using var registration = ct.Register(() => cancelled = true);
                    await _simulation.Delay(Second);
                    return 1;
                },
                _ => "done",
                _ => "failed")),
            "a");
        actor.Tell("go");
        _simulation.RunUntilIdle();

        _simulation.Await(system.StopAsync(actor));
        cancelled.ShouldBeTrue();
        _simulation.RunFor(2 * Second);

        system.DeadLetters.Count.ShouldBe(1);
    }

    [Fact]
    public void A_cancelled_work_has_failed()
    {
        var actor = Spawn((context, m) =>
        {
            _seen.Add(m);
            if (m == "go")
            {
                context.PipeToSelf(_ => Task.FromCanceled<int>(new CancellationToken(canceled: true)), _ => "?", e => e.GetType().Name);
            }
        });
        actor.Tell("go");

        _simulation.RunUntilIdle();

        _seen.ShouldBe(["go", nameof(TaskCanceledException)]);
    }

    [Fact]
    public void A_mapping_that_throws_fails_the_actor()
    {
        var system = _simulation.StartSystem("s");
        var props = Script.Of<string>((context, m) =>
        {
            _seen.Add(m);
            if (m == "go")
            {
                context.PipeToSelf(_ => Task.FromResult(1), _ => throw new Boom(), _ => "failed");
            }
        });
        var actor = system.Spawn(props with { Supervision = new SupervisorStrategy.Escalate() }, "a");
        actor.Tell("go");

        _simulation.RunUntilIdle();

        _seen.ShouldBe(["go"]);
        system.Fault.ShouldBeOfType<Boom>();
    }

    [Fact]
    public void The_outcome_reaches_the_instance_after_a_restart()
    {
        var system = _simulation.StartSystem("s");
        var props = Script.Of<string>((context, m) =>
        {
            _seen.Add(m);
            if (m == "go")
            {
                Pipe(context, "outcome", Second);
                throw new Boom();
            }
        });
        var restart = new SupervisorStrategy.Restart(TimeSpan.Zero, TimeSpan.Zero, 1, Second);
        system.Spawn(props with { Supervision = restart }, "a").Tell("go");

        _simulation.RunFor(2 * Second);

        _seen.ShouldBe(["go", "outcome"]);
    }

    private IActorRef<string> Spawn(Action<ActorContext<string>, string> receive) =>
        _simulation.StartSystem("s").Spawn(Script.Of(receive), "a");

    private void Pipe(ActorContext<string> context, string outcome, TimeSpan delay) => context.PipeToSelf(
        async _ =>
        {
            await _simulation.Delay(delay);
            return outcome;
        },
        o => o,
        e => e.Message);
}
