using Dpu.Kernel;

namespace Dpu.TestKit;

/// <summary>
/// A world on one thread with a clock of its own, in which actor systems live, die and start again. Everything that happens
/// follows from the seed.
/// </summary>
/// <remarks>
/// The simulation belongs to the thread that made it. What runs elsewhere — a continuation that left its dispatcher, a
/// timer of the real clock — is refused as soon as it touches the simulation, and fails the run.
/// </remarks>
public sealed class Simulation
{
    /// <summary>More steps than this without the clock moving are taken for a livelock.</summary>
    public const int StepsMax = 1_000_000;

    private readonly ThreadGuard _guard = new();
    private readonly SimulationScheduler _scheduler;
    private readonly Dictionary<ActorSystem, SimulatedProcess> _processes = [];
    private int _processNumbers;
    private Exception? _failure;

    public Simulation(int seed)
    {
        Seed = seed;
        Dispatcher = new DeterministicDispatcher(seed, _guard);
        Time = new VirtualTime(Dispatcher.Schedule, _guard);
        // A stream of its own, so that a fake that draws once more does not change every later choice of the dispatcher.
        Random = new Random(HashCode(seed, "fakes"));
        _scheduler = new SimulationScheduler(Dispatcher);
    }

    public int Seed { get; }

    /// <summary>For fakes and tests: what they draw belongs to the run.</summary>
    public Random Random { get; }

    public VirtualTime Time { get; }

    public DeterministicDispatcher Dispatcher { get; }

    /// <summary>Called after each step; throws when something that must always hold does not.</summary>
    public Action? OnStep { get; set; }

    /// <summary>Equal for runs that went the same way.</summary>
    public ulong Trace => Dispatcher.Trace;

    /// <summary>
    /// Starts an actor system in a process of its own. A name may be used again: the new process has another seed, as a
    /// restarted one would.
    /// </summary>
    /// <param name="name">The process's and the system's name.</param>
    /// <param name="configure">Changes the options; dispatcher, time and seed are set already, and one message is handled per step.</param>
    public ActorSystem StartSystem(string name, Func<ActorSystemOptions, ActorSystemOptions>? configure = null)
    {
        var process = StartProcess(name);
        var options = new ActorSystemOptions
        {
            Dispatcher = process,
            Time = process.Time,
            Seed = HashCode(Seed, $"{name}#{_processes.Count}"),
            Throughput = 1,
        };
        var system = ActorSystem.Create(name, configure?.Invoke(options) ?? options);
        _processes.Add(system, process);
        return system;
    }

    /// <summary>Starts a process without an actor system: a fake that can be killed and stopped.</summary>
    public SimulatedProcess StartProcess(string name) => new(name, ++_processNumbers, Dispatcher, Time);

    /// <summary>
    /// Kills a system's process as <c>kill -9</c> does: from the next step on nothing of it runs, no hook, no timer; messages
    /// to its actors vanish. Use it between steps (from <see cref="OnStep"/>, <see cref="Schedule"/> or the test).
    /// </summary>
    public void Crash(ActorSystem system) => ProcessOf(system).Kill();

    public bool IsCrashed(ActorSystem system) => ProcessOf(system).IsDead;

    /// <summary>The process of a system, for fakes that live and die with it.</summary>
    public SimulatedProcess ProcessOf(ActorSystem system) => _processes[system];

    /// <summary>Runs <paramref name="action"/> in the world, outside of all processes, after <paramref name="delay"/> of virtual time.</summary>
    public void Schedule(TimeSpan delay, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (delay <= TimeSpan.Zero)
        {
            Dispatcher.Schedule(() => _scheduler.Run(action));
            return;
        }

        Time.CreateTimer(_ => _scheduler.Run(action), null, delay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Completes after <paramref name="delay"/> of virtual time; for fakes.</summary>
    public Task Delay(TimeSpan delay)
    {
        var elapsed = new TaskCompletionSource();
        Schedule(delay, elapsed.SetResult);
        return elapsed.Task;
    }

    /// <summary>Starts asynchronous code in the world. An exception in it fails the run.</summary>
    public Task Start(Func<Task> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var ended = new TaskCompletionSource();
        Schedule(TimeSpan.Zero, () => _ = RunAsync(body, ended));
        return ended.Task;
    }

    /// <summary>Runs one piece of work; false when there is none.</summary>
    public bool Step()
    {
        try
        {
            if (!Dispatcher.Step())
            {
                return false;
            }

            OnStep?.Invoke();
        }
        catch (Exception reason)
        {
            _failure ??= reason;
        }

        Verify();
        return true;
    }

    /// <summary>Throws when the run has failed, on whichever thread that was noticed. Every running method does.</summary>
    public void Verify()
    {
        try
        {
            _guard.ThrowIfTrespassed();
        }
        catch (SimulationException trespass)
        {
            _failure ??= trespass;
        }

        if (_failure is { } failure)
        {
            throw new SimulationException($"{failure.Message}\n{Where()}", failure);
        }
    }

    /// <summary>Runs until nothing can run without the clock moving. Returns the number of steps.</summary>
    public int RunUntilIdle(int maxSteps = StepsMax)
    {
        Verify();
        var steps = 0;
        while (Step())
        {
            if (++steps > maxSteps)
            {
                throw new SimulationException($"Still busy after {maxSteps} steps without the clock moving.\n{Where()}");
            }
        }

        return steps;
    }

    /// <summary>Moves the clock to the next timer and makes what is due runnable; false when no timer is left.</summary>
    public bool AdvanceToNextTimer() => Time.AdvanceToNextTimer();

    /// <summary>Runs for so much virtual time, to the end of what is due then.</summary>
    public void RunFor(TimeSpan duration)
    {
        var end = Time.Elapsed + duration;
        Run(static () => false, duration);
        Time.MoveTo(end);
    }

    /// <summary>Runs, moving the clock whenever nothing else can run, until <paramref name="until"/> holds. False when it does not within <paramref name="limit"/> of virtual time.</summary>
    public bool Run(Func<bool> until, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(until);
        Verify();
        var end = Time.Elapsed + limit;
        var stepsAtThisTime = 0;
        while (!until())
        {
            if (Step())
            {
                if (++stepsAtThisTime > StepsMax)
                {
                    throw new SimulationException($"Still busy after {StepsMax} steps without the clock moving.\n{Where()}");
                }
            }
            else if (Time.NextTimer is { } due && due <= end)
            {
                Time.AdvanceToNextTimer();
                stepsAtThisTime = 0;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Runs until <paramref name="task"/> has ended and returns its result, or throws its exception.</summary>
    public T Await<T>(Task<T> task, TimeSpan? limit = null)
    {
        Await((Task)task, limit);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Runs until <paramref name="task"/> has ended, and throws its exception if it has one.</summary>
    public void Await(Task task, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        var within = limit ?? TimeSpan.FromHours(1);
        if (!Run(() => task.IsCompleted, within))
        {
            throw new SimulationException($"The task did not end within {within} of virtual time.\n{Where()}");
        }

        task.GetAwaiter().GetResult();
    }

    private async Task RunAsync(Func<Task> body, TaskCompletionSource ended)
    {
        try
        {
            await body();
            ended.SetResult();
        }
        catch (Exception reason)
        {
            _failure ??= reason;
            ended.SetException(reason);
        }
    }

    private string Where() =>
        $"Seed {Seed}, step {Dispatcher.Steps}, time {Time.Elapsed}. The last steps: {string.Join(", ", Dispatcher.LastSteps)}.";

    private static int HashCode(int seed, string text)
    {
        var hash = new TraceHash();
        hash.Add(seed);
        hash.Add(text);
        return unchecked((int)(hash.Value ^ (hash.Value >> 32)));
    }
}
