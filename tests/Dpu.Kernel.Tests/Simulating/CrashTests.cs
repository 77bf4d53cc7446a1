using Dpu.TestKit;

namespace Dpu.Kernel.Tests.Simulating;

public sealed class CrashTests
{
    private readonly Simulation _simulation = new(1);
    private readonly List<string> _log = [];

    [Fact]
    public void A_crashed_system_does_nothing_more_and_nobody_in_it_is_told()
    {
        var system = _simulation.StartSystem("node");
        var gate = new TaskCompletionSource();
        var props = new Props<string>(() => new Scripted<string>(async (_, m) =>
        {
            _log.Add(m);
            if (m == "wait")
            {
                await gate.Task;
                _log.Add("went on");
            }
        })
        {
            OnStart = context => Script.Done(() => context.Timers.StartPeriodic("t", "tick", TimeSpan.FromSeconds(1))),
            OnStop = _ => Script.Done(() => _log.Add("stopped")),
        });
        var waiting = system.Spawn(props, "waiting");
        var idle = system.Spawn(props, "idle");
        _simulation.RunFor(TimeSpan.FromSeconds(1.5));
        waiting.Tell("wait");
        _simulation.RunUntilIdle();
        idle.Tell("never");
        _log.Clear();

        _simulation.Crash(system);
        gate.SetResult();
        idle.Tell("never");
        var terminated = system.TerminateAsync();
        _simulation.RunFor(TimeSpan.FromMinutes(1));

        _log.ShouldBeEmpty();
        terminated.IsCompleted.ShouldBeFalse();
        _simulation.IsCrashed(system).ShouldBeTrue();
        _simulation.Time.NextTimer.ShouldBeNull();
    }

    [Fact]
    public void Others_live_on_and_the_name_starts_again_with_other_chance()
    {
        var first = _simulation.StartSystem("node");
        var other = _simulation.StartSystem("other");
        var draws = new List<int>();
        var drawing = Script.OnStart(context => draws.Add(context.Random.Next()));
        first.Spawn(drawing, "a");
        _simulation.RunUntilIdle();

        _simulation.Crash(first);
        var second = _simulation.StartSystem("node");
        second.Spawn(drawing, "a");
        other.Spawn(Script.OnStart(_ => _log.Add("alive")), "a");
        _simulation.RunUntilIdle();

        _log.ShouldBe(["alive"]);
        draws.Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public void A_question_to_a_crashed_system_times_out()
    {
        var server = _simulation.StartSystem("server");
        var client = _simulation.StartSystem("client");
        var actor = server.Spawn(Script.Of<IActorRef<string>>((_, replyTo) => replyTo.Tell("hello")), "a");
        _simulation.RunUntilIdle();
        _simulation.Crash(server);

        Should.Throw<AskTimeoutException>(() => _simulation.Await(
            actor.AskAsync<IActorRef<string>, string>(client, r => r, TimeSpan.FromSeconds(1), default)));
    }

    [Fact]
    public void A_crash_from_within_takes_effect_after_the_step()
    {
        var system = _simulation.StartSystem("node");
        var actor = system.Spawn(
            Script.OfAsync<string>(async (_, m) =>
            {
                _log.Add(m);
                _simulation.Crash(system);
                await Task.Yield();
                _log.Add("never");
            }),
            "a");
        actor.Tell("1");
        actor.Tell("2");

        _simulation.RunUntilIdle();

        _log.ShouldBe(["1"]);
    }
}
