using System.Collections.Concurrent;
using Dpu.TestKit;

namespace Dpu.Kernel.Tests;

/// <summary>The same semantics on real threads, where the races are.</summary>
public sealed class ThreadPoolTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ActorSystem _system = ActorSystem.Create("pool", new ActorSystemOptions());

    [Fact]
    public async Task Many_senders_lose_nothing_and_each_ones_order_is_kept()
    {
        const int senders = 4;
        const int each = 50_000;
        var next = new int[senders];
        var inOrder = true;
        var all = new TaskCompletionSource();
        var total = 0;
        var actor = _system.Spawn(
            Script.Of<Numbered>((_, m) =>
            {
                inOrder &= next[m.Sender]++ == m.Number;
                if (++total == senders * each)
                {
                    all.SetResult();
                }
            }),
            "a");

        Parallel.For(0, senders, sender =>
        {
            for (var i = 0; i < each; i++)
            {
                actor.Tell(new Numbered(sender, i));
            }
        });

        await all.Task.WaitAsync(Patience);
        inOrder.ShouldBeTrue();
    }

    /// <summary>One message is under way at a time: it arrives while its recipient is about to go idle, and must wake it.</summary>
    [Fact]
    public async Task A_message_to_an_actor_that_is_going_idle_wakes_it()
    {
        const int hits = 300_000;
        var done = new TaskCompletionSource();
        IActorRef<string>? one = null;
        IActorRef<string>? other = null;
        var count = 0;
        other = _system.Spawn(Script.Of<string>((_, m) => one!.Tell(m)), "other");
        one = _system.Spawn(
            Script.Of<string>((_, m) =>
            {
                if (++count == hits)
                {
                    done.SetResult();
                }
                else
                {
                    other.Tell(m);
                }
            }),
            "one");

        one.Tell("ball");

        await done.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_handler_is_alone_and_its_awaits_come_back()
    {
        var inside = 0;
        var overlaps = 0;
        var strays = 0;
        var handled = 0;
        var all = new TaskCompletionSource();
        var actor = _system.Spawn(
            Script.OfAsync<string>(async (_, _) =>
            {
                var own = TaskScheduler.Current;
                overlaps += Interlocked.Increment(ref inside) - 1;
                await Task.Yield();
                strays += TaskScheduler.Current == own ? 0 : 1;
                await Task.Run(() => { });
                strays += TaskScheduler.Current == own ? 0 : 1;
                Interlocked.Decrement(ref inside);
                if (++handled == 4000)
                {
                    all.SetResult();
                }
            }),
            "a");

        Parallel.For(0, 4000, _ => actor.Tell("m"));

        await all.Task.WaitAsync(Patience);
        (overlaps, strays).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Every_message_to_a_stopping_actor_is_handled_or_counted()
    {
        const int rounds = 200;
        const int messages = 200;
        var handled = 0L;
        var refused = 0L;
        for (var round = 0; round < rounds; round++)
        {
            var actor = _system.Spawn(
                Script.Of<string>((context, m) =>
                {
                    Interlocked.Increment(ref handled);
                    if (m == "stop")
                    {
                        context.StopSelf();
                    }
                }),
                $"a{round}");
            var stopped = _system.WhenStopped(actor);
            Parallel.For(0, messages, i =>
            {
                if (i % 2 == 0)
                {
                    actor.Tell(i == messages / 2 ? "stop" : "m");
                }
                else if (!actor.TryTell("m"))
                {
                    Interlocked.Increment(ref refused);
                }
            });
            await stopped.WaitAsync(Patience);
        }

        (Interlocked.Read(ref handled) + refused + _system.DeadLetters.Count).ShouldBe(rounds * messages);
    }

    [Fact]
    public async Task A_bounded_mailbox_never_holds_more_and_frees_what_it_handled()
    {
        var accepted = 0L;
        var handled = 0L;
        var actor = _system.Spawn(
            Script.Of<string>((_, _) => Interlocked.Increment(ref handled)) with { Mailbox = MailboxOptions.Bounded(8) }, "a");

        Parallel.For(0, 100_000, _ =>
        {
            if (actor.TryTell("m"))
            {
                // One is out of the mailbox and not yet counted as handled.
                (Interlocked.Increment(ref accepted) - Interlocked.Read(ref handled)).ShouldBeLessThanOrEqualTo(8 + 1 + Environment.ProcessorCount * 2);
            }
        });

        await _system.StopAsync(actor).WaitAsync(Patience);
        (handled + _system.DeadLetters.Count).ShouldBe(accepted);
    }

    [Fact]
    public async Task A_tree_of_actors_stops_in_good_order()
    {
        var stops = new ConcurrentQueue<string>();
        var started = 0;
        Props<string> Node(string name, int depth) => new(() => new Scripted<string>((_, _) => default)
        {
            OnStart = context => Script.Done(() =>
            {
                Interlocked.Increment(ref started);
                for (var i = 0; i < 3 && depth > 0; i++)
                {
                    context.Spawn(Node($"{name}{i}", depth - 1), $"{i}");
                }
            }),
            OnStop = _ => Script.Done(() => stops.Enqueue(name)),
        });
        var root = _system.Spawn(Node("r", 5), "root");
        SpinWait.SpinUntil(() => Volatile.Read(ref started) == 364, Patience).ShouldBeTrue();

        await _system.StopAsync(root).WaitAsync(Patience);

        var order = stops.ToArray();
        order.Length.ShouldBe(364);
        var place = order.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i);
        order.Where(n => n.Length > 1).ShouldAllBe(n => place[n] < place[n.Substring(0, n.Length - 1)]);
    }

    [Fact]
    public async Task Timers_and_restarts_work_on_the_clock_of_the_world()
    {
        var probe = new TestProbe<string>();
        var props = Script.OnStart(
            context =>
            {
                probe.Tell("start");
                context.Timers.StartSingle("t", "tick", TimeSpan.FromMilliseconds(1));
            },
            (_, m) =>
            {
                probe.Tell(m);
                throw new Boom();
            });
        var milli = TimeSpan.FromMilliseconds(1);
        _system.Spawn(props with { Supervision = new SupervisorStrategy.Restart(milli, milli, 2, TimeSpan.FromMinutes(5)) }, "a");

        foreach (var expected in new[] { "start", "tick", "start", "tick", "start", "tick" })
        {
            probe.Expect(expected);
        }

        (await Should.ThrowAsync<Boom>(() => _system.WhenTerminated.WaitAsync(Patience))).ShouldBe(_system.Fault);
    }

    [Fact]
    public async Task What_the_sender_has_in_its_execution_context_stays_with_the_sender()
    {
        var local = new AsyncLocal<string> { Value = "the sender's" };
        var probe = new TestProbe<string>();
        var actor = _system.Spawn(
            Script.OfAsync<string>(async (_, _) =>
            {
                await Task.Yield();
                probe.Tell(local.Value ?? "nothing");
            }),
            "a");

        actor.Tell("m");

        probe.Expect("nothing");
        await _system.StopAsync(actor).WaitAsync(Patience);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.TerminateAsync().WaitAsync(Patience);

    private sealed record Numbered(int Sender, int Number);
}
