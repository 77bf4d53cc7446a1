using Dpu.TestKit;

namespace Dpu.Kernel.Tests;

public sealed class SupervisionTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly Simulation _simulation = new(3);
    private readonly List<string> _log = [];

    [Fact]
    public void By_default_a_failure_stops_the_actor_alone()
    {
        var system = _simulation.StartSystem("s");
        var bad = system.Spawn(Fragile(), "bad");
        var good = system.Spawn(Fragile(), "good");
        bad.Tell("boom");
        bad.Tell("never");
        good.Tell("fine");

        _simulation.RunUntilIdle();

        _log.ShouldBe(["start", "start", "stop", "fine"], ignoreOrder: true);
        system.DeadLetters.Recent.Select(l => l.Message).ShouldBe(["never"]);
        system.Fault.ShouldBeNull();
    }

    [Fact]
    public void A_restart_loses_the_message_and_keeps_address_and_mailbox()
    {
        var system = _simulation.StartSystem("s");
        var actor = system.Spawn(Fragile() with { Supervision = new SupervisorStrategy.Restart(TimeSpan.Zero, TimeSpan.Zero, 3, Second) }, "a");
        actor.Tell("1");
        actor.Tell("boom");
        actor.Tell("2");

        _simulation.RunUntilIdle();

        _log.ShouldBe(["start", "1", "restart boom", "start", "2"]);
        system.DeadLetters.Count.ShouldBe(0);
    }

    [Fact]
    public void A_failure_after_an_await_is_a_failure_too()
    {
        var system = _simulation.StartSystem("s");
        var props = Script.OfAsync<string>(async (_, m) =>
        {
            await Task.Yield();
            _log.Add(m);
            throw new Boom();
        });
        var actor = system.Spawn(props with { Supervision = new SupervisorStrategy.Restart(TimeSpan.Zero, TimeSpan.Zero, 1, Second) }, "a");
        actor.Tell("1");
        actor.Tell("2");
        actor.Tell("3");

        _simulation.RunUntilIdle();

        _log.ShouldBe(["1", "2"]);
        system.Fault.ShouldBeOfType<Boom>();
    }

    [Fact]
    public void The_delay_doubles_up_to_its_maximum_with_a_fifth_of_jitter_while_the_mailbox_waits()
    {
        var system = _simulation.StartSystem("s");
        var starts = new List<TimeSpan>();
        var props = Script.OnStart(_ => starts.Add(_simulation.Time.Elapsed), (_, _) => throw new Boom());
        var actor = system.Spawn(props with { Supervision = new SupervisorStrategy.Restart(Second, 4 * Second, 10, TimeSpan.FromHours(1)) }, "a");
        for (var i = 0; i < 5; i++)
        {
            actor.Tell("fail");
        }

        _simulation.RunFor(TimeSpan.FromMinutes(1));

        var delays = starts.Zip(starts.Skip(1), (a, b) => (b - a).TotalSeconds).ToArray();
        delays.Length.ShouldBe(5);
        foreach (var (delay, expected) in delays.Zip([1.0, 2, 4, 4, 4]))
        {
            delay.ShouldBeInRange(expected, expected * 1.2);
        }

        delays.Distinct().Count().ShouldBe(5, "the jitter differs");
    }

    [Fact]
    public void Restarts_long_ago_do_not_count()
    {
        var system = _simulation.StartSystem("s");
        var actor = system.Spawn(Fragile() with { Supervision = new SupervisorStrategy.Restart(TimeSpan.Zero, TimeSpan.Zero, 1, Second) }, "a");

        for (var i = 0; i < 5; i++)
        {
            actor.Tell("boom");
            _simulation.RunFor(2 * Second);
        }

        _log.Count(l => l == "start").ShouldBe(6);
        system.Fault.ShouldBeNull();
    }

    [Fact]
    public void Too_many_restarts_at_the_top_stop_the_system_with_the_failure()
    {
        var system = _simulation.StartSystem("s");
        var actor = system.Spawn(Fragile() with { Supervision = new SupervisorStrategy.Restart(TimeSpan.Zero, TimeSpan.Zero, 2, Second) }, "a");
        system.Spawn(Fragile(), "bystander");
        actor.Tell("boom");
        actor.Tell("boom");
        actor.Tell("boom");

        _simulation.RunUntilIdle();

        _log.Count(l => l == "restart boom").ShouldBe(2);
        _log.Count(l => l == "stop").ShouldBe(2, "the failed one and the bystander stop in good order");
        system.Fault.ShouldBeOfType<Boom>();
        system.WhenTerminated.Exception.ShouldNotBeNull().InnerException.ShouldBe(system.Fault);
        _simulation.Await(system.TerminateAsync());
    }

    [Fact]
    public void An_escalated_failure_fails_the_parent_with_its_own_strategy()
    {
        var system = _simulation.StartSystem("s");
        IActorRef<string>? child = null;
        var parent = Script.OnStart(context =>
        {
            _log.Add("parent start");
            child = context.Spawn(Fragile() with { Supervision = new SupervisorStrategy.Escalate() }, "child");
        });
        system.Spawn(parent with { Supervision = new SupervisorStrategy.Restart(TimeSpan.Zero, TimeSpan.Zero, 1, Second) }, "parent");
        _simulation.RunUntilIdle();
        var first = child.ShouldNotBeNull();

        first.Tell("boom");
        _simulation.RunUntilIdle();

        _log.ShouldBe(["parent start", "start", "stop", "parent start", "start"]);
        child.ShouldNotBeSameAs(first);
        system.Fault.ShouldBeNull();

        child!.Tell("boom");
        _simulation.RunUntilIdle();
        system.Fault.ShouldBeOfType<Boom>("the parent's own restarts are used up");
    }

    [Fact]
    public void A_parents_failure_waits_for_the_handler_that_is_awaited()
    {
        var system = _simulation.StartSystem("s");
        var gate = new TaskCompletionSource();
        IActorRef<string>? child = null;
        var parent = new Props<string>(() => new Scripted<string>(async (_, m) =>
        {
            await gate.Task;
            _log.Add(m);
        })
        {
            OnStart = context => Script.Done(() => child = context.Spawn(Fragile() with { Supervision = new SupervisorStrategy.Escalate() }, "c")),
            OnRestart = (_, _) => Script.Done(() => _log.Add("parent restarts")),
        });
        var actor = system.Spawn(parent with { Supervision = new SupervisorStrategy.Restart(TimeSpan.Zero, TimeSpan.Zero, 1, Second) }, "p");
        actor.Tell("handled");
        _simulation.RunUntilIdle();
        child!.Tell("boom");
        _simulation.RunUntilIdle();

        gate.SetResult();
        _simulation.RunUntilIdle();

        _log.Where(l => l is "handled" or "parent restarts").ShouldBe(["handled", "parent restarts"]);
    }

    [Fact]
    public void A_child_of_the_failed_instance_cannot_fail_the_next_one()
    {
        var system = _simulation.StartSystem("s");
        var gate = new TaskCompletionSource();
        IActorRef<string>? child = null;
        var parent = new Props<string>(() => new Scripted<string>(async (_, _) =>
        {
            await gate.Task;
            throw new Boom("parent");
        })
        {
            OnStart = context => Script.Done(() => child = context.Spawn(Fragile() with { Supervision = new SupervisorStrategy.Escalate() }, "c")),
        });
        system.Spawn(parent with { Supervision = new SupervisorStrategy.Restart(TimeSpan.Zero, TimeSpan.Zero, 1, Second) }, "p").Tell("go");
        _simulation.RunUntilIdle();
        child.ShouldNotBeNull().Tell("boom");
        _simulation.RunUntilIdle();

        gate.SetResult();
        _simulation.RunUntilIdle();

        system.Fault.ShouldBeNull("one failure is within the intensity, two are not");
        _log.Count(l => l == "start").ShouldBe(2);
    }

    [Fact]
    public void A_start_that_fails_is_restarted_with_back_off()
    {
        var system = _simulation.StartSystem("s");
        var tries = 0;
        var props = Script.OnStart(
            _ =>
            {
                if (++tries < 4)
                {
                    throw new Boom();
                }
            },
            (_, m) => _log.Add(m));
        var actor = system.Spawn(props with { Supervision = new SupervisorStrategy.Restart(Second, Second, 5, TimeSpan.FromHours(1)) }, "a");
        actor.Tell("waited");

        _simulation.RunFor(TimeSpan.FromSeconds(2));
        _log.ShouldBeEmpty();
        _simulation.RunFor(TimeSpan.FromSeconds(10));

        tries.ShouldBe(4);
        _log.ShouldBe(["waited"]);
    }

    [Fact]
    public void An_actor_that_cannot_be_made_is_a_failure_too()
    {
        var system = _simulation.StartSystem("s");
        system.Spawn(new Props<string>(() => throw new Boom()) { Supervision = new SupervisorStrategy.Escalate() }, "a");

        _simulation.RunUntilIdle();

        system.Fault.ShouldBeOfType<Boom>();
    }

    [Fact]
    public void A_stop_ends_the_back_off()
    {
        var system = _simulation.StartSystem("s");
        var actor = system.Spawn(Fragile() with { Supervision = new SupervisorStrategy.Restart(TimeSpan.FromDays(1), TimeSpan.FromDays(1), 1, Second) }, "a");
        actor.Tell("boom");
        actor.Tell("waiting");
        _simulation.RunUntilIdle();

        _simulation.Await(system.StopAsync(actor), Second);

        _log.ShouldBe(["start", "restart boom"], "the failed instance had its farewell already");
        system.DeadLetters.Count.ShouldBe(1);
    }

    [Fact]
    public void A_restart_ends_children_timers_watches_and_behaviour_and_gives_the_stash_back()
    {
        var system = _simulation.StartSystem("s");
        var other = system.Spawn(Fragile(), "other");
        var instances = 0;
        var props = new Props<string>(() => new Scripted<string>((context, m) => Script.Done(() =>
        {
            switch (m)
            {
                case "prepare":
                    context.Spawn(Fragile(), "child");
                    context.Timers.StartSingle("t", "tick", Second);
                    context.Watch(other, "other gone");
                    context.Stash.Stash("kept");
                    context.Become(Explode);
                    break;
                default:
                    _log.Add($"{instances}: {m}");
                    break;
            }
        }))
        {
            OnStart = context => Script.Done(() =>
            {
                instances++;
                context.Children.ShouldBeEmpty();
            }),
        });
        var actor = system.Spawn(props with { Supervision = new SupervisorStrategy.Restart(TimeSpan.Zero, TimeSpan.Zero, 1, Second) }, "a");
        actor.Tell("prepare");
        actor.Tell("explode");
        actor.Tell("after");

        _simulation.RunUntilIdle();
        _simulation.Await(system.StopAsync(other));
        _simulation.RunFor(TimeSpan.FromSeconds(5));

        _log.Where(l => l.Contains(':', StringComparison.Ordinal)).ShouldBe(["2: kept", "2: after"]);
        _log.ShouldContain("stop", "the child of the failed instance");

        static ValueTask Explode(string message) => throw new Boom(message);
    }

    [Fact]
    public void A_failing_restart_hook_does_not_keep_the_failed_instance()
    {
        var system = _simulation.StartSystem("s");
        var props = new Props<string>(() => new Scripted<string>((_, m) => Script.Done(() =>
        {
            _log.Add(m);
            if (m == "boom")
            {
                throw new Boom();
            }
        }))
        {
            OnRestart = (_, _) => throw new InvalidOperationException("hook"),
        });
        var actor = system.Spawn(props with { Supervision = new SupervisorStrategy.Restart(TimeSpan.Zero, TimeSpan.Zero, 1, Second) }, "a");
        actor.Tell("boom");
        actor.Tell("next");

        _simulation.RunUntilIdle();

        _log.ShouldBe(["boom", "next"]);
    }

    private Props<string> Fragile() => new(() => new Scripted<string>((_, m) => Script.Done(() =>
    {
        if (m == "boom")
        {
            throw new Boom();
        }

        _log.Add(m);
    }))
    {
        OnStart = _ => Script.Done(() => _log.Add("start")),
        OnStop = _ => Script.Done(() => _log.Add("stop")),
        OnRestart = (_, reason) => Script.Done(() => _log.Add($"restart {reason.Message}")),
    });
}
