using Dpu.TestKit;

namespace Dpu.Kernel.Tests;

public sealed class TimerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly Simulation _simulation = new(5);
    private readonly List<(string Message, double At)> _seen = [];

    [Fact]
    public void A_single_timer_fires_once_and_a_periodic_one_until_it_is_cancelled()
    {
        var actor = Spawn(context =>
        {
            context.Timers.StartSingle("one", "single", 1.5 * Second);
            context.Timers.StartPeriodic("many", "tick", Second);
        });

        _simulation.RunFor(3.2 * Second);
        actor.Tell("cancel many");
        _simulation.RunFor(5 * Second);

        _seen.ShouldBe([("tick", 1), ("single", 1.5), ("tick", 2), ("tick", 3), ("cancel many", 3.2)]);
    }

    [Fact]
    public void A_timer_is_active_until_its_message_was_delivered()
    {
        ActorContext<string>? context = null;
        Spawn(c =>
        {
            context = c;
            c.Timers.StartSingle("t", "single", Second);
        });
        _simulation.RunUntilIdle();
        context.ShouldNotBeNull().Timers.IsActive("t").ShouldBeTrue();
        context.Timers.IsActive("other").ShouldBeFalse();

        _simulation.RunFor(Second);

        context.Timers.IsActive("t").ShouldBeFalse();
    }

    [Theory]
    [InlineData("cancel", new[] { "hold" })]
    [InlineData("replace", new[] { "hold", "second" })]
    public void The_message_of_a_cancelled_or_replaced_timer_never_arrives_even_from_the_mailbox(string how, string[] expected)
    {
        var gate = new TaskCompletionSource();
        var seen = new List<string>();
        var system = _simulation.StartSystem("s");
        var props = Script.OfAsync<string>(async (context, m) =>
        {
            seen.Add(m);
            if (m == "hold")
            {
                context.Timers.StartSingle("t", "first", Second);
                await gate.Task;
                if (how == "cancel")
                {
                    context.Timers.Cancel("t");
                }
                else
                {
                    context.Timers.StartSingle("t", "second", Second);
                }
            }
        });
        system.Spawn(props, "a").Tell("hold");
        _simulation.RunFor(2 * Second);
        _simulation.Schedule(TimeSpan.Zero, gate.SetResult);
        _simulation.RunFor(10 * Second);

        seen.ShouldBe(expected);
    }

    [Fact]
    public void Ticks_do_not_pile_up_while_a_handler_waits()
    {
        var gate = new TaskCompletionSource();
        var seen = new List<string>();
        var props = new Props<string>(() => new Scripted<string>(async (_, m) =>
        {
            seen.Add(m);
            await gate.Task;
        })
        {
            OnStart = context => Script.Done(() => context.Timers.StartPeriodic("t", "tick", Second)),
        });
        _simulation.StartSystem("s").Spawn(props, "a").Tell("hold");
        _simulation.RunFor(100.5 * Second);

        gate.SetResult();
        _simulation.RunUntilIdle();

        seen.ShouldBe(["hold", "tick"]);
    }

    [Fact]
    public void Timers_end_with_their_actor()
    {
        var actor = Spawn(context => context.Timers.StartPeriodic("t", "tick", Second));
        _simulation.RunUntilIdle();
        _simulation.Time.NextTimer.ShouldNotBeNull();

        actor.Tell("stop");
        _simulation.RunUntilIdle();

        _simulation.Time.NextTimer.ShouldBeNull();
    }

    [Fact]
    public void A_period_must_be_positive()
    {
        Exception? refused = null;
        Spawn(context => refused = Should.Throw<ArgumentOutOfRangeException>(() => context.Timers.StartPeriodic("t", "tick", TimeSpan.Zero)));

        _simulation.RunUntilIdle();

        refused.ShouldNotBeNull();
    }

    private IActorRef<string> Spawn(Action<ActorContext<string>> start) => _simulation.StartSystem("s").Spawn(
        Script.OnStart(start, (context, m) =>
        {
            _seen.Add((m, _simulation.Time.Elapsed.TotalSeconds));
            if (m == "cancel many")
            {
                context.Timers.Cancel("many");
            }
            else if (m == "stop")
            {
                context.StopSelf();
            }
        }),
        "a");
}
