using System.Diagnostics;
using System.Globalization;
using Dpu.Kernel;

namespace Dpu.Benchmarks.Kernel;

/// <summary>
/// What the actors themselves cost, on the thread pool and without any work in them: figures to compare within one run on
/// one machine, as the best of a few rounds.
/// </summary>
public static class KernelBenchmark
{
    private const int Rounds = 5;
    private const int Messages = 5_000_000;
    private const int RoundTrips = 500_000;
    private const int Actors = 100_000;
    private static readonly object Message = new();

    /// <summary>Runs all measurements and prints a line for each.</summary>
    public static void Run()
    {
        Print("messages/s through one actor, one sender", Best(() => ThroughOne(senders: 1)));
        Print($"messages/s through one actor, {Environment.ProcessorCount} senders", Best(() => ThroughOne(Environment.ProcessorCount)));
        Print("messages/s through one actor in batches", Best(ThroughOneInBatches));
        Print("messages/s between two actors (ping-pong)", Best(BetweenTwo));
        Print("actors created and started/s", Best(Creation));
        Print("bytes per idle actor (with address, mailbox and instance)", BytesPerIdleActor());
    }

    private static double ThroughOne(int senders)
    {
        var all = new TaskCompletionSource();
        return Through(senders, all, new Props<object>(() => new Counting(Messages, all)));
    }

    private static double ThroughOneInBatches()
    {
        var all = new TaskCompletionSource();
        return Through(1, all, new Props<object>(() => new CountingBatches(Messages, all)));
    }

    private static double Through(int senders, TaskCompletionSource all, Props<object> props)
    {
        using var world = new World();
        var actor = world.System.Spawn(props, "counter");
        return PerSecond(Messages, () =>
        {
            Parallel.For(0, senders, _ =>
            {
                for (var i = 0; i < Messages / senders; i++)
                {
                    actor.Tell(Message);
                }
            });
            all.Task.Wait();
        });
    }

    private static double BetweenTwo()
    {
        using var world = new World();
        var done = new TaskCompletionSource();
        var pong = world.System.Spawn(new Props<Ball>(() => new Pong()), "pong");
        var ping = world.System.Spawn(new Props<Ball>(() => new Ping(pong, RoundTrips, done)), "ping");
        return PerSecond(2 * RoundTrips, () =>
        {
            ping.Tell(new Ball(ping));
            done.Task.Wait();
        });
    }

    private static double Creation()
    {
        using var world = new World();
        var started = new CountdownEvent(Actors);
        var props = new Props<object>(() => new Idle(started));
        var names = Names();
        return PerSecond(Actors, () =>
        {
            foreach (var name in names)
            {
                world.System.Spawn(props, name);
            }

            started.Wait();
        });
    }

    private static double BytesPerIdleActor()
    {
        using var world = new World();
        var started = new CountdownEvent(Actors);
        var props = new Props<object>(() => new Idle(started));
        var names = Names();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var name in names)
        {
            world.System.Spawn(props, name);
        }

        started.Wait();
        var after = GC.GetTotalMemory(forceFullCollection: true);
        return (double)(after - before) / Actors;
    }

    private static string[] Names() =>
        [.. Enumerable.Range(0, Actors).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    private static double PerSecond(int count, Action work)
    {
        var watch = Stopwatch.StartNew();
        work();
        return count / watch.Elapsed.TotalSeconds;
    }

    private static double Best(Func<double> measure) => Enumerable.Range(0, Rounds).Max(_ => measure());

    private static void Print(string what, double value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-62}{value,14:N0}"));

    /// <summary>A system of its own for each measurement, gone after it.</summary>
    private sealed class World : IDisposable
    {
        public ActorSystem System { get; } = ActorSystem.Create("benchmark", new ActorSystemOptions());

        public void Dispose() => System.TerminateAsync().Wait();
    }

    private sealed class Counting(int expected, TaskCompletionSource all) : Actor<object>
    {
        private int _count;

        protected override ValueTask ReceiveAsync(object message)
        {
            if (++_count == expected)
            {
                all.SetResult();
            }

            return ValueTask.CompletedTask;
        }
    }

    private sealed class CountingBatches(int expected, TaskCompletionSource all) : BatchActor<object>
    {
        private int _count;

        protected override ValueTask ReceiveBatchAsync(IReadOnlyList<object> messages)
        {
            _count += messages.Count;
            if (_count == expected)
            {
                all.SetResult();
            }

            return ValueTask.CompletedTask;
        }
    }

    private sealed record Ball(IActorRef<Ball> ReplyTo);

    private sealed class Ping(IActorRef<Ball> pong, int roundTrips, TaskCompletionSource done) : Actor<Ball>
    {
        private Ball? _ball;
        private int _served;

        protected override ValueTask ReceiveAsync(Ball message)
        {
            if (_served++ == roundTrips)
            {
                done.SetResult();
            }
            else
            {
                pong.Tell(_ball ??= new Ball(Context.Self));
            }

            return ValueTask.CompletedTask;
        }
    }

    private sealed class Pong : Actor<Ball>
    {
        protected override ValueTask ReceiveAsync(Ball message)
        {
            message.ReplyTo.Tell(message);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Idle(CountdownEvent started) : Actor<object>
    {
        protected override ValueTask OnStartAsync()
        {
            started.Signal();
            return ValueTask.CompletedTask;
        }

        protected override ValueTask ReceiveAsync(object message) => ValueTask.CompletedTask;
    }
}
