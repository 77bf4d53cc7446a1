using Dpu.TestKit;

namespace Dpu.Kernel.Tests;

public sealed class DeathWatchTests
{
    private readonly Simulation _simulation = new(4);
    private readonly List<string> _seen = [];

    [Fact]
    public void The_death_of_a_watched_actor_is_told_once_also_when_it_was_long_ago()
    {
        var system = _simulation.StartSystem("s");
        var victim = system.Spawn(Script.Of<string>((_, _) => { }), "victim");
        Watcher(system, "early", victim);
        _simulation.RunUntilIdle();
        _simulation.Await(system.StopAsync(victim));
        _simulation.RunUntilIdle();
        _seen.ShouldBe(["early: gone"]);

        Watcher(system, "late", victim);
        _simulation.RunUntilIdle();

        _seen.ShouldBe(["early: gone", "late: gone"]);
    }

    [Fact]
    public void Last_words_are_heard_before_the_news_of_the_end_whatever_the_order_of_turns()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var simulation = new Simulation(seed);
            var system = simulation.StartSystem("s");
            var seen = new List<string>();
            system.Spawn(
                Script.OnStart(
                    context =>
                    {
                        var child = context.Spawn(
                            Script.OnStart(c =>
                            {
                                context.Self.Tell("last words");
                                c.StopSelf();
                            }),
                            "child");
                        context.Watch(child, "gone");
                    },
                    (_, m) => seen.Add(m)),
                "parent");

            simulation.RunUntilIdle();

            seen.ShouldBe(["last words", "gone"], $"seed {seed}");
        }
    }

    [Fact]
    public void A_watch_that_was_ended_stays_silent_even_when_its_message_was_waiting()
    {
        var system = _simulation.StartSystem("s");
        var victim = system.Spawn(Script.Of<string>((_, _) => { }), "victim");
        var gate = new TaskCompletionSource();
        var watcher = system.Spawn(
            Script.OfAsync<string>(async (context, m) =>
            {
                _seen.Add(m);
                if (m == "watch")
                {
                    context.Watch(victim, "gone");
                    await gate.Task;
                    context.Unwatch(victim);
                }
            }),
            "watcher");
        watcher.Tell("watch");
        _simulation.RunUntilIdle();
        _simulation.Await(system.StopAsync(victim));
        _simulation.RunUntilIdle();

        gate.SetResult();
        _simulation.RunUntilIdle();

        _seen.ShouldBe(["watch"]);
    }

    [Fact]
    public void Watching_again_replaces_the_message_even_when_the_old_one_was_waiting()
    {
        var system = _simulation.StartSystem("s");
        var victim = system.Spawn(Script.Of<string>((_, _) => { }), "victim");
        var gate = new TaskCompletionSource();
        var watcher = system.Spawn(
            Script.OfAsync<string>(async (context, m) =>
            {
                _seen.Add(m);
                if (m == "watch")
                {
                    context.Watch(victim, "old");
                    await gate.Task;
                    context.Watch(victim, "new");
                }
            }),
            "watcher");
        watcher.Tell("watch");
        _simulation.RunUntilIdle();
        _simulation.Await(system.StopAsync(victim));
        _simulation.RunUntilIdle();

        gate.SetResult();
        _simulation.RunUntilIdle();

        _seen.ShouldBe(["watch", "new"]);
    }

    [Fact]
    public void Watching_a_dead_actor_twice_tells_once()
    {
        var system = _simulation.StartSystem("s");
        var victim = system.Spawn(Script.Of<string>((_, _) => { }), "victim");
        _simulation.Await(system.StopAsync(victim));
        system.Spawn(
            Script.OnStart(
                context =>
                {
                    context.Watch(victim, "old");
                    context.Watch(victim, "new");
                },
                (_, m) => _seen.Add(m)),
            "watcher");

        _simulation.RunUntilIdle();

        _seen.ShouldBe(["new"]);
    }

    [Fact]
    public void A_restart_is_no_death()
    {
        var system = _simulation.StartSystem("s");
        var restart = new SupervisorStrategy.Restart(TimeSpan.Zero, TimeSpan.Zero, 1, TimeSpan.FromSeconds(1));
        var victim = system.Spawn(Script.Of<string>((_, _) => throw new Boom()) with { Supervision = restart }, "victim");
        Watcher(system, "w", victim);
        victim.Tell("fail");

        _simulation.RunUntilIdle();

        _seen.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_no_actor_of_this_process_cannot_be_watched()
    {
        var system = _simulation.StartSystem("s");
        Exception? refused = null;
        system.Spawn(
            Script.OnStart(context => refused = Should.Throw<ArgumentException>(() => context.Watch(new TestProbe<string>(_simulation), "gone"))),
            "a");

        _simulation.RunUntilIdle();

        refused.ShouldNotBeNull();
    }

    private void Watcher(ActorSystem system, string name, IActorRef victim) =>
        system.Spawn(Script.OnStart(context => context.Watch(victim, "gone"), (_, m) => _seen.Add($"{name}: {m}")), name);
}
