using Dpu.TestKit;

namespace Dpu.Kernel.Tests.Simulating;

/// <summary>The whole interleaving follows from the seed, and nothing runs outside of it.</summary>
public sealed class DeterminismTests
{
    [Fact]
    public void The_same_seed_gives_the_same_run_and_other_seeds_give_others()
    {
        var runs = Enumerable.Range(0, 20).Select(seed => (Seed: seed, First: Play(seed), Second: Play(seed))).ToArray();

        runs.ShouldAllBe(r => r.First.Trace == r.Second.Trace && r.First.Outcome == r.Second.Outcome);
        runs.Select(r => r.First.Trace).Distinct().Count().ShouldBe(20);
        runs.Select(r => r.First.Outcome).Distinct().Count().ShouldBeGreaterThan(15, "the orders that actors see differ, not only the trace");
    }

    [Fact]
    public void Every_kind_of_waiting_comes_back_to_the_actor()
    {
        var simulation = new Simulation(1);
        var system = simulation.StartSystem("s");
        var thread = Environment.CurrentManagedThreadId;
        var late = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        simulation.Schedule(TimeSpan.FromSeconds(1), () => late.SetResult(1));
        var done = false;
        var actor = system.Spawn(
            Script.OfAsync<string>(async (context, go) =>
            {
                var own = TaskScheduler.Current;
                own.ShouldNotBe(TaskScheduler.Default);
                await Task.Yield();
                Check();
                await late.Task;
                Check();
                await Task.Delay(TimeSpan.FromSeconds(1), context.Time);
                Check();
                await Task.Factory.StartNew(Check, CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Current);
                Check();
                await Nested();
                Check();
                await foreach (var item in Stream())
                {
                    item.ShouldBeInRange(0, 2);
                    Check();
                }

                await Task.WhenAll(Nested(), Nested());
                Check();
                await Task.CompletedTask.ContinueWith(_ => Check(), TaskScheduler.Current);
                Check();
                done = true;

                async Task Nested()
                {
                    await simulation.Delay(TimeSpan.FromMilliseconds(1));
                    Check();
                    await Task.Yield();
                    Check();
                }

                async IAsyncEnumerable<int> Stream()
                {
                    for (var i = 0; i < 3; i++)
                    {
                        await Nested();
                        yield return i;
                    }
                }

                void Check()
                {
                    TaskScheduler.Current.ShouldBeSameAs(own);
                    Environment.CurrentManagedThreadId.ShouldBe(thread);
                    SynchronizationContext.Current.ShouldBeNull();
                }
            }) with
            { Supervision = new SupervisorStrategy.Escalate() },
            "a");
        actor.Tell("go");

        simulation.RunFor(TimeSpan.FromSeconds(10));

        system.Fault.ShouldBeNull();
        done.ShouldBeTrue();
    }

    [Fact]
    public void A_handler_is_never_entered_while_another_one_waits()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var simulation = new Simulation(seed);
            var inside = 0;
            var handled = 0;
            var actor = simulation.StartSystem("s").Spawn(
                Script.OfAsync<string>(async (_, _) =>
                {
                    (++inside).ShouldBe(1);
                    await Task.Yield();
                    await simulation.Delay(TimeSpan.FromMilliseconds(simulation.Random.Next(3)));
                    inside--;
                    handled++;
                }),
                "a");
            for (var i = 0; i < 10; i++)
            {
                simulation.Schedule(TimeSpan.FromMilliseconds(simulation.Random.Next(10)), () => actor.Tell("m"));
            }

            simulation.RunFor(TimeSpan.FromSeconds(1));

            handled.ShouldBe(10);
        }
    }

    [Fact]
    public void Code_that_escapes_to_the_thread_pool_fails_the_run()
    {
        var simulation = new Simulation(1);
        using var gate = new ManualResetEventSlim();
        var actor = simulation.StartSystem("s").Spawn(Script.OfAsync<string>(async (_, _) => await Task.Run(gate.Wait)), "escapee");
        actor.Tell("go");
        simulation.RunUntilIdle();
        gate.Set();

        // The trespass happens on the pool's thread, at a time that no simulation controls.
        SpinWait.SpinUntil(Failed, TimeSpan.FromSeconds(10)).ShouldBeTrue();

        Should.Throw<SimulationException>(() => simulation.Step()).Message.ShouldContain("left its dispatcher");

        bool Failed()
        {
            try
            {
                simulation.Verify();
                return false;
            }
            catch (SimulationException)
            {
                return true;
            }
        }
    }

    [Fact]
    public void A_message_from_another_thread_fails_the_run()
    {
        var simulation = new Simulation(1);
        var actor = simulation.StartSystem("s").Spawn(Script.Of<string>((_, _) => { }), "a");
        simulation.RunUntilIdle();
        var other = new Thread(() => Should.Throw<SimulationException>(() => actor.Tell("from elsewhere")));
        other.Start();
        other.Join();

        Should.Throw<SimulationException>(() => simulation.RunUntilIdle()).Message.ShouldContain("Seed 1");
    }

    [Fact]
    public void A_broken_invariant_fails_the_run_and_names_the_seed()
    {
        var simulation = new Simulation(42);
        var seen = 0;
        simulation.OnStep = () => seen.ShouldBeLessThan(3);
        var actor = simulation.StartSystem("s").Spawn(Script.Of<string>((_, _) => seen++), "a");
        for (var i = 0; i < 5; i++)
        {
            actor.Tell("m");
        }

        var error = Should.Throw<SimulationException>(() => simulation.RunUntilIdle());

        error.Message.ShouldContain("Seed 42");
        error.Message.ShouldContain("s/user/a");
        seen.ShouldBe(3);
    }

    /// <summary>Actors that tell, await, draw, fail, restart and time out, all at once.</summary>
    private static (ulong Trace, string Outcome) Play(int seed)
    {
        var simulation = new Simulation(seed);
        var system = simulation.StartSystem("s");
        var log = new List<string>();
        var refs = new List<IActorRef<string>>();
        var restart = new SupervisorStrategy.Restart(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(10), 1000, TimeSpan.FromSeconds(1));
        for (var i = 0; i < 5; i++)
        {
            var name = $"a{i}";
            refs.Add(system.Spawn(
                Script.OfAsync<string>(async (context, m) =>
                {
                    log.Add($"{name}{m}");
                    if (m.Length < 6)
                    {
                        refs[context.Random.Next(refs.Count)].Tell(m + i);
                        context.Timers.StartSingle("t", $"{m}t{i}", TimeSpan.FromMilliseconds(context.Random.Next(5)));
                    }

                    await simulation.Delay(TimeSpan.FromMilliseconds(simulation.Random.Next(3)));
                    if (context.Random.Next(10) == 0)
                    {
                        throw new Boom();
                    }
                }) with
                { Supervision = restart },
                name));
        }

        refs.ForEach(r => r.Tell("m"));
        simulation.RunFor(TimeSpan.FromSeconds(1));
        return (simulation.Trace, string.Join(' ', log));
    }
}
