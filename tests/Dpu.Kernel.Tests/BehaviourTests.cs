using Dpu.TestKit;

namespace Dpu.Kernel.Tests;

public sealed class BehaviourTests
{
    private readonly Simulation _simulation = new(7);
    private readonly List<string> _seen = [];

    [Fact]
    public void A_behaviour_replaces_the_handler_until_it_is_taken_back()
    {
        var actor = Spawn((context, m) =>
        {
            _seen.Add(m);
            if (m == "become")
            {
                context.Become(inner => Script.Done(() =>
                {
                    _seen.Add($"other {inner}");
                    context.Unbecome();
                }));
            }
        });

        Tell(actor, "1", "become", "2", "3");

        _seen.ShouldBe(["1", "become", "other 2", "3"]);
    }

    [Fact]
    public void Unstashed_messages_come_before_waiting_ones_in_their_order()
    {
        var actor = Spawn((context, m) =>
        {
            if (m == "open")
            {
                context.Become(opened => Script.Done(() => _seen.Add(opened)));
                context.Stash.UnstashAll();
                context.Stash.Count.ShouldBe(0);
            }
            else
            {
                context.Stash.Stash(m);
            }
        });

        Tell(actor, "1", "2", "open", "3");

        _seen.ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public void A_stash_is_bounded()
    {
        var system = _simulation.StartSystem("s");
        var props = Script.Of<string>((context, m) =>
        {
            try
            {
                context.Stash.Stash(m);
            }
            catch (StashOverflowException full)
            {
                _seen.Add(full.Message);
            }
        });

        Tell(system.Spawn(props with { StashCapacity = 2 }, "a"), "1", "2", "3");

        _seen.ShouldBe(["/user/a has 2 messages in its stash already, which is its capacity."]);
    }

    [Fact]
    public void Stashed_messages_of_an_actor_that_stops_are_dead_letters()
    {
        var system = _simulation.StartSystem("s");
        var actor = system.Spawn(Script.Of<string>((context, m) => context.Stash.Stash(m)), "a");
        Tell(actor, "1", "2");

        _simulation.Await(system.StopAsync(actor));

        system.DeadLetters.Recent.Select(l => l.Message).ShouldBe(["1", "2"]);
    }

    [Fact]
    public void A_batch_is_all_that_waits_up_to_its_maximum()
    {
        var system = _simulation.StartSystem("s");
        var gate = new TaskCompletionSource();
        var batches = new List<string>();
        var actor = system.Spawn(
            new Props<string>(() => new ScriptedBatch<string>(3, async (_, batch) =>
            {
                batches.Add(string.Concat(batch));
                await gate.Task;
            })),
            "a");
        Tell(actor, "0");
        Tell(actor, "1", "2", "3", "4", "5");

        gate.SetResult();
        _simulation.RunUntilIdle();

        batches.ShouldBe(["0", "123", "45"]);
    }

    [Fact]
    public void A_batch_leaves_out_what_was_cancelled_while_it_waited()
    {
        var system = _simulation.StartSystem("s");
        var gate = new TaskCompletionSource();
        var batches = new List<string>();
        var actor = system.Spawn(
            new Props<string>(() => new ScriptedBatch<string>(10, async (context, batch) =>
            {
                batches.Add(string.Concat(batch));
                context.Timers.StartSingle("t", "tick", TimeSpan.FromSeconds(1));
                await gate.Task;
                context.Timers.Cancel("t");
            })),
            "a");
        Tell(actor, "0");
        _simulation.RunFor(TimeSpan.FromSeconds(2));
        Tell(actor, "1");

        gate.SetResult();
        _simulation.RunUntilIdle();

        batches.ShouldBe(["0", "1"]);
    }

    [Fact]
    public void A_failing_pipe_does_not_take_the_batch_before_it_along()
    {
        var system = _simulation.StartSystem("s");
        var gate = new TaskCompletionSource();
        var batches = new List<string>();
        var props = new Props<string>(() => new ScriptedBatch<string>(10, async (context, batch) =>
        {
            batches.Add(string.Concat(batch));
            if (batch[0] == "0")
            {
                await gate.Task;
                context.Self.Tell("1");
                context.PipeToSelf(_ => Task.FromResult(7), _ => throw new Boom(), _ => "failed");
                context.Self.Tell("2");
            }
        }));
        var restart = new SupervisorStrategy.Restart(TimeSpan.Zero, TimeSpan.Zero, 1, TimeSpan.FromSeconds(1));
        Tell(system.Spawn(props with { Supervision = restart }, "a"), "0");

        gate.SetResult();
        _simulation.RunUntilIdle();

        batches.ShouldBe(["0", "1", "2"]);
        system.Fault.ShouldBeNull();
    }

    [Fact]
    public void An_actor_that_takes_batches_has_one_behaviour()
    {
        Exception? refused = null;
        var system = _simulation.StartSystem("s");
        var actor = system.Spawn(
            new Props<string>(() => new ScriptedBatch<string>(1, (context, _) => Script.Done(() =>
                refused = Should.Throw<NotSupportedException>(() => context.Become(_ => default))))),
            "a");

        Tell(actor, "1");

        refused.ShouldNotBeNull();
    }

    private IActorRef<string> Spawn(Action<ActorContext<string>, string> receive) =>
        _simulation.StartSystem("s").Spawn(Script.Of(receive), "a");

    private void Tell(IActorRef<string> actor, params string[] messages)
    {
        foreach (var message in messages)
        {
            actor.Tell(message);
        }

        _simulation.RunUntilIdle();
    }
}
