using Dpu.Kernel;

namespace Dpu.TestKit;

/// <summary>An address whose messages a test looks at. It belongs to no system, so it outlives crashes.</summary>
/// <remarks>In a simulation, expecting runs the simulation. Otherwise it waits in real time, and only for as long as nothing arrives.</remarks>
public sealed class TestProbe<T> : IActorRef<T>
    where T : class
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Simulation? _simulation;
    private readonly List<T> _received = [];
    private readonly object _gate = new();
    private int _seen;

    /// <summary>A probe for actors on the thread pool.</summary>
    public TestProbe(string name = "probe") => Path = new ActorPath($"/probe/{name}");

    /// <summary>A probe for actors of a simulation.</summary>
    public TestProbe(Simulation simulation, string name = "probe")
        : this(name) => _simulation = simulation;

    public ActorPath Path { get; }

    /// <summary>All that ever arrived, also what was expected already; a copy.</summary>
    public IReadOnlyList<T> Received
    {
        get
        {
            lock (_gate)
            {
                return [.. _received];
            }
        }
    }

    private bool HasUnseen
    {
        get
        {
            lock (_gate)
            {
                return _seen < _received.Count;
            }
        }
    }

    public void Tell(T message) => TryTell(message);

    public bool TryTell(T message)
    {
        ArgumentNullException.ThrowIfNull(message);
        lock (_gate)
        {
            _received.Add(message);
            Monitor.PulseAll(_gate);
        }

        return true;
    }

    /// <summary>The next message, waiting for it.</summary>
    /// <param name="within">In a simulation: virtual time, an hour if not given. Otherwise: real time, ten seconds if not given.</param>
    /// <exception cref="ProbeException">Nothing came.</exception>
    public T ExpectMessage(TimeSpan? within = null)
    {
        if (!WaitForUnseen(within))
        {
            throw new ProbeException($"{Path} got no message. Before: {Describe(Received)}.");
        }

        lock (_gate)
        {
            return _received[_seen++];
        }
    }

    /// <summary>The next message, which must be a <typeparamref name="TExpected"/>.</summary>
    public TExpected ExpectMessage<TExpected>(TimeSpan? within = null)
        where TExpected : T
    {
        var message = ExpectMessage(within);
        return message is TExpected expected
            ? expected
            : throw new ProbeException($"{Path} expected a {typeof(TExpected).Name} and got {message}.");
    }

    /// <summary>The next message, which must equal <paramref name="expected"/>.</summary>
    public void Expect(T expected)
    {
        var message = ExpectMessage();
        if (!Equals(message, expected))
        {
            throw new ProbeException($"{Path} expected {expected} and got {message}.");
        }
    }

    /// <summary>Nothing further arrives: in a simulation, until it is idle, or for <paramref name="during"/>; otherwise for <paramref name="during"/> (nothing is waited for if not given).</summary>
    /// <exception cref="ProbeException">Something did.</exception>
    public void ExpectNoMoreMessages(TimeSpan? during = null)
    {
        if (_simulation is null)
        {
            WaitForUnseen(during ?? TimeSpan.Zero);
        }
        else if (during is { } duration)
        {
            _simulation.RunFor(duration);
        }
        else
        {
            _simulation.RunUntilIdle();
        }

        var received = Received;
        if (_seen < received.Count)
        {
            throw new ProbeException($"{Path} expected no more messages and got {Describe(received.Skip(_seen))}.");
        }
    }

    public override string ToString() => Path.Value;

    private bool WaitForUnseen(TimeSpan? within)
    {
        if (_simulation is not null)
        {
            return _simulation.Run(() => HasUnseen, within ?? TimeSpan.FromHours(1));
        }

        var patience = within ?? Patience;
        var start = TimeProvider.System.GetTimestamp();
        lock (_gate)
        {
            while (_seen >= _received.Count)
            {
                var left = patience - TimeProvider.System.GetElapsedTime(start);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
                {
                    break;
                }
            }

            return _seen < _received.Count;
        }
    }

    private static string Describe(IEnumerable<T> messages) => string.Join("; ", messages.DefaultIfEmpty());
}

/// <summary>A probe did not get what its test expects.</summary>
public sealed class ProbeException(string message) : Exception(message);
