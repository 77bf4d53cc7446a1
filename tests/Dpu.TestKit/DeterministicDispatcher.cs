using Dpu.Kernel;

namespace Dpu.TestKit;

/// <summary>
/// Runs everything on one thread, one piece of work at a time: each <see cref="Step"/> picks one of those that could run, by
/// a seeded random choice. The same seed and the same code give the same order.
/// </summary>
public sealed class DeterministicDispatcher : IDispatcher
{
    private const int StepsRemembered = 40;

    private readonly Random _random;
    private readonly ThreadGuard _guard;
    private readonly List<Item> _runnable = [];
    private readonly Item[] _lastSteps = new Item[StepsRemembered];
    private TraceHash _trace = new();

    public DeterministicDispatcher(int seed)
        : this(seed, new ThreadGuard())
    {
    }

    internal DeterministicDispatcher(int seed, ThreadGuard guard)
    {
        _random = new Random(seed);
        _guard = guard;
    }

    /// <summary>How many pieces of work could run now.</summary>
    public int Runnable => _runnable.Count;

    /// <summary>How many have run.</summary>
    public long Steps { get; private set; }

    /// <summary>What ran, in which order, out of how many: equal for equal interleavings.</summary>
    public ulong Trace => _trace.Value;

    /// <summary>What ran last, oldest first.</summary>
    public IReadOnlyCollection<string> LastSteps
    {
        get
        {
            var count = (int)Math.Min(Steps, StepsRemembered);
            return [.. Enumerable.Range(0, count).Select(back => _lastSteps[(Steps - count + back) % StepsRemembered].Label)];
        }
    }

    public void Schedule(Action work) => Schedule(work, owner: null);

    /// <summary>Runs one piece of work; false when there is none.</summary>
    public bool Step()
    {
        _guard.ThrowIfTrespassed();
        _guard.Check("A step");
        if (_runnable.Count == 0)
        {
            return false;
        }

        var item = Pick();
        Remember(item);
        Run(item.Work);
        _guard.ThrowIfTrespassed();
        return true;
    }

    internal void Schedule(Action work, SimulatedProcess? owner)
    {
        ArgumentNullException.ThrowIfNull(work);
        _guard.Check("Work was scheduled");
        (owner?.Parked ?? _runnable).Add(new Item(work, owner));
    }

    internal void Forget(SimulatedProcess owner) => _runnable.RemoveAll(i => ReferenceEquals(i.Owner, owner));

    /// <summary>Nothing of a process runs until it is released.</summary>
    internal List<Item> Park(SimulatedProcess owner)
    {
        var parked = _runnable.FindAll(i => ReferenceEquals(i.Owner, owner));
        Forget(owner);
        return parked;
    }

    internal void Release(List<Item> parked) => _runnable.AddRange(parked);

    private Item Pick()
    {
        var index = _random.Next(_runnable.Count);
        _trace.Add(_runnable.Count);
        _trace.Add(index);
        var item = _runnable[index];
        _runnable[index] = _runnable[^1];
        _runnable.RemoveAt(_runnable.Count - 1);
        return item;
    }

    private void Remember(Item item)
    {
        // The text of what ran is made when somebody asks: most runs end well.
        _lastSteps[Steps++ % StepsRemembered] = item;
        _trace.Add(item.Owner?.Number ?? 0);
    }

    private static void Run(Action work)
    {
        // A test runner's context would catch awaits before the simulation does.
        var outer = SynchronizationContext.Current;
        if (outer is null)
        {
            work();
            return;
        }

        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            work();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    internal readonly record struct Item(Action Work, SimulatedProcess? Owner)
    {
        public string Label => Work.Target is IActorRef actor ? $"{Owner?.Name}{actor.Path}" : Owner?.Name ?? "world";
    }
}
