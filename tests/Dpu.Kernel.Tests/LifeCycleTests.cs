using Dpu.TestKit;

namespace Dpu.Kernel.Tests;

public sealed class LifeCycleTests
{
    private readonly Simulation _simulation = new(2);
    private readonly List<string> _log = [];

    [Fact]
    public void Children_stop_before_their_parent_and_watchers_learn_it_last()
    {
        var system = _simulation.StartSystem("s");
        var top = system.Spawn(Logging("top", spawn: context => context.Spawn(Logging("mid", spawn: c => c.Spawn(Logging("leaf"), "leaf")), "mid")), "top");
        system.Spawn(Script.OnStart(context => context.Watch(top, "gone"), (_, m) => _log.Add(m)), "watcher");
        _simulation.RunUntilIdle();

        _simulation.Await(system.StopAsync(top));
        _simulation.RunUntilIdle();

        _log.ShouldBe(["leaf stopped", "mid stopped", "top stopped", "gone"]);
    }

    [Fact]
    public void A_stop_overtakes_waiting_messages_but_not_the_handler_that_is_awaited()
    {
        var system = _simulation.StartSystem("s");
        var gate = new TaskCompletionSource();
        var actor = system.Spawn(
            new Props<string>(() => new Scripted<string>(async (_, m) =>
            {
                await gate.Task;
                _log.Add(m);
            })
            {
                OnStop = _ => Script.Done(() => _log.Add("stopped")),
            }),
            "a");
        actor.Tell("1");
        actor.Tell("2");
        _simulation.RunUntilIdle();
        var stopped = system.StopAsync(actor);
        _simulation.RunUntilIdle();
        stopped.IsCompleted.ShouldBeFalse();

        gate.SetResult();
        _simulation.Await(stopped);

        _log.ShouldBe(["1", "stopped"]);
        system.DeadLetters.Recent.Select(l => l.Message).ShouldBe(["2"]);
    }

    [Fact]
    public void A_waiting_handler_can_give_up_when_its_actor_is_to_stop()
    {
        var system = _simulation.StartSystem("s");
        var actor = system.Spawn(
            Script.OfAsync<string>(async (context, _) => await Task.Delay(TimeSpan.FromDays(1), context.Time, context.Stopping)), "a");
        actor.Tell("wait");
        _simulation.RunUntilIdle();

        _simulation.Await(system.StopAsync(actor), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_handler_that_yields_again_and_again_learns_that_it_is_to_stop()
    {
        var system = _simulation.StartSystem("s");
        var turns = 0;
        var actor = system.Spawn(
            Script.OfAsync<string>(async (context, _) =>
            {
                while (!context.Stopping.IsCancellationRequested)
                {
                    turns++;
                    await Task.Yield();
                }
            }),
            "a");
        actor.Tell("spin");
        _simulation.Run(() => turns > 10, TimeSpan.Zero).ShouldBeTrue();

        _simulation.Await(system.StopAsync(actor));
    }

    [Fact]
    public void Stopping_is_cancelled_also_for_who_asks_for_it_late()
    {
        var system = _simulation.StartSystem("s");
        var cancelled = false;
        var actor = system.Spawn(
            new Props<string>(() => new Scripted<string>((_, _) => default)
            {
                OnStop = context => Script.Done(() => cancelled = context.Stopping.IsCancellationRequested),
            }),
            "a");
        _simulation.RunUntilIdle();

        _simulation.Await(system.StopAsync(actor));

        cancelled.ShouldBeTrue();
    }

    [Fact]
    public void An_actor_that_is_stopped_before_it_ran_never_starts()
    {
        var system = _simulation.StartSystem("s");
        var actor = system.Spawn(Logging("a"), "a");

        _simulation.Await(system.StopAsync(actor));

        _log.ShouldBeEmpty();
    }

    [Fact]
    public void A_parent_can_use_a_childs_name_again_when_it_learns_of_its_end()
    {
        var system = _simulation.StartSystem("s");
        system.Spawn(
            Script.OnStart(
                context =>
                {
                    var child = context.Spawn(Logging("first"), "child");
                    Should.Throw<ActorNameTakenException>(() => context.Spawn(Logging("second"), "child")).Path.Value.ShouldBe("/user/p/child");
                    context.Children.ShouldBe([child]);
                    context.Watch(child, "gone");
                    context.Stop(child);
                },
                (context, m) =>
                {
                    _log.Add(m);
                    context.Children.ShouldBeEmpty();
                    context.Spawn(Logging("second"), "child");
                }),
            "p");
        _simulation.RunUntilIdle();

        _log.ShouldBe(["gone"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("ä")]
    public void Names_are_checked(string name) =>
        Should.Throw<ArgumentException>(() => _simulation.StartSystem("s").Spawn(Logging("a"), name));

    [Fact]
    public void A_name_at_the_top_is_taken_until_its_actor_has_stopped()
    {
        var system = _simulation.StartSystem("s");
        var first = system.Spawn(Logging("a"), "a");
        Should.Throw<ActorNameTakenException>(() => system.Spawn(Logging("a"), "a"));

        _simulation.Await(system.StopAsync(first));

        system.Spawn(Logging("a"), "a").ShouldNotBeSameAs(first);
    }

    [Fact]
    public void Only_ones_own_children_can_be_stopped()
    {
        var system = _simulation.StartSystem("s");
        var other = system.Spawn(Logging("other"), "other");
        Exception? refused = null;
        system.Spawn(Script.OnStart(context => refused = Should.Throw<ArgumentException>(() => context.Stop(other))), "a");

        _simulation.RunUntilIdle();

        refused.ShouldNotBeNull().Message.ShouldContain("/user/other is not a child of /user/a");
    }

    [Fact]
    public void Terminating_stops_everything_and_refuses_what_is_new()
    {
        var system = _simulation.StartSystem("s");
        system.Spawn(Logging("a", spawn: context => context.Spawn(Logging("child"), "child")), "a");
        system.Spawn(Logging("b"), "b");
        _simulation.RunUntilIdle();

        _simulation.Await(system.TerminateAsync());

        _log.ShouldBe(["child stopped", "a stopped", "b stopped"], ignoreOrder: true);
        system.WhenTerminated.IsCompletedSuccessfully.ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => system.Spawn(Logging("late"), "late"));
    }

    [Fact]
    public void A_stopping_actor_spawns_nothing_more()
    {
        var system = _simulation.StartSystem("s");
        Exception? refused = null;
        var actor = system.Spawn(
            new Props<string>(() => new Scripted<string>((_, _) => default)
            {
                OnStop = context => Script.Done(() => refused = Should.Throw<InvalidOperationException>(() => context.Spawn(Logging("x"), "x"))),
            }),
            "a");
        _simulation.RunUntilIdle();

        _simulation.Await(system.StopAsync(actor));

        refused.ShouldNotBeNull();
    }

    [Fact]
    public void A_failing_stop_hook_does_not_keep_the_actor()
    {
        var system = _simulation.StartSystem("s");
        var actor = system.Spawn(new Props<string>(() => new Scripted<string>((_, _) => default) { OnStop = _ => throw new Boom() }), "a");
        _simulation.RunUntilIdle();

        _simulation.Await(system.StopAsync(actor));
    }

    [Fact]
    public void The_context_is_not_there_in_the_constructor() =>
        Should.Throw<InvalidOperationException>(() => new EagerActor()).Message.ShouldContain("OnStartAsync");

    private Props<string> Logging(string name, Action<ActorContext<string>>? spawn = null) =>
        new(() => new Scripted<string>((_, _) => default)
        {
            OnStart = context => Script.Done(() => spawn?.Invoke(context)),
            OnStop = _ => Script.Done(() => _log.Add($"{name} stopped")),
        });

    private sealed class EagerActor : Actor<string>
    {
        public EagerActor() => Path = Context.Self.Path;

        public ActorPath Path { get; }

        protected override ValueTask ReceiveAsync(string message) => default;
    }
}
