using System.Text;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.TestKit;

namespace Dpu.Simulated;

/// <summary>
/// One life of the keeper of a host: a process of its own, so that it lives through crashes of the service. It knows what it started, and reads what that
/// writes; what is true of processes is known to its host.
/// </summary>
internal sealed class SimulatedKeeper
{
    private const int SignalKill = 9;

    private readonly SimulatedWorld _world;
    private readonly SimulatedHost _host;
    private readonly HashSet<AttemptId> _known = [];
    private readonly Dictionary<AttemptId, SimulatedRecipe> _running = [];
    private readonly Queue<LauncherEvent.Numbered> _events = new();
    private readonly List<Action> _connecting = [];
    private KeeperLink? _link;
    private long _lastEvent;
    private bool _fenceIsSet;

    public SimulatedKeeper(SimulatedWorld world, SimulatedHost host)
    {
        (_world, _host) = (world, host);
        Process = world.Simulation.StartProcess($"keeper of {host.Name}");
        var bytes = new byte[16];
        world.Random.NextBytes(bytes);
        Incarnation = new Guid(bytes);
    }

    public SimulatedProcess Process { get; }

    public Guid Incarnation { get; }

    /// <summary>Until when recipes may run; null while nobody has told.</summary>
    public TimeSpan? LeasedUntil { get; private set; }

    /// <summary>Whether it holds neither attempts nor reports.</summary>
    public bool IsEmpty => _known.Count == 0 && _events.Count == 0;

    /// <summary>Dies by SIGKILL. Its processes run on without anybody who listens.</summary>
    public void Die()
    {
        Process.Kill();
        foreach (var unacknowledged in _events.OfType<LauncherEvent.Output>())
        {
            _world.Recipes[unacknowledged.Attempt].MayHaveLostLines = true;
        }

        Cut();
        _connecting.ForEach(refused => refused());
    }

    /// <summary>The connection to the service breaks; what is on its way is lost.</summary>
    public void Cut()
    {
        _link?.Cut();
        _link = null;
    }

    /// <summary>A service connects; the one before is served no longer, and nothing more that it sent is done.</summary>
    public void ConnectFrom(SimulatedLauncher launcher, SimulatedProcess service, Action refused)
    {
        _connecting.Add(refused);
        Process.Schedule(() =>
        {
            _connecting.Remove(refused);
            if (!service.IsDead)
            {
                Greet(launcher, service);
            }
        });
    }

    private void Greet(SimulatedLauncher launcher, SimulatedProcess service)
    {
        Cut();
        var link = new KeeperLink(_world, this, Process, launcher, service);
        _link = link;
        launcher.Greeted(link);
        link.ToLauncher.Send(new LauncherEvent.Connected(Incarnation, [.. _known]));
        foreach (var @event in _events)
        {
            link.ToLauncher.Send(@event);
        }
    }

    public void Start(IReadOnlyList<LaunchRequest> requests)
    {
        foreach (var request in requests)
        {
            if (_known.Add(request.Attempt))
            {
                Spawn(request);
            }
        }
    }

    public void End(AttemptId attempt, EndReason reason)
    {
        if (_running.TryGetValue(attempt, out var recipe) && recipe.Ending is null)
        {
            recipe.Ending = reason;
            _host.Terminate(recipe);
            Process.Schedule(recipe.Request.Limits.KillGrace, () => _host.End(recipe, null, SignalKill));
        }
    }

    /// <summary>Recipes may run until then, in virtual time; they are ended then, whether a service lives or not.</summary>
    public void Lease(TimeSpan until)
    {
        if (LeasedUntil >= until || _world.Planted == PlantedBug.KeeperIgnoresLease)
        {
            return;
        }

        LeasedUntil = until;
        if (!_fenceIsSet)
        {
            SetFence();
        }
    }

    public void Acknowledge(long sequenceNr)
    {
        while (_events.TryPeek(out var oldest) && oldest.SequenceNr <= sequenceNr)
        {
            _world.Witness.Forget(this, oldest);
            _events.Dequeue();
            if (oldest is LauncherEvent.Exited or LauncherEvent.LaunchFailed)
            {
                _known.Remove(oldest.Attempt);
            }
        }
    }

    /// <summary>A process has written, or ended.</summary>
    public void Notice(SimulatedRecipe recipe) => Process.Schedule(() =>
    {
        var item = recipe.Read();
        if (item.Line is { } line)
        {
            Read(recipe, line);
        }
        else
        {
            Reap(recipe, item.Code, item.Signal);
        }
    });

    /// <summary>One timer for all leases: it looks again when a later one has come meanwhile.</summary>
    private void SetFence()
    {
        _fenceIsSet = true;
        Process.Schedule(LeasedUntil!.Value - _world.Now, () =>
        {
            _fenceIsSet = false;
            if (LeasedUntil > _world.Now)
            {
                SetFence();
            }
            else
            {
                Fence();
            }
        });
    }

    private void Fence()
    {
        _world.Tell($"keeper of {_host.Name} ends {_running.Count} recipes: its lease has run out");
        foreach (var recipe in _running.Values.ToList())
        {
            End(recipe.Attempt, EndReason.Fenced);
        }
    }

    private void Spawn(LaunchRequest request)
    {
        var now = _world.Time.GetUtcNow();
        if (LeasedUntil <= _world.Now)
        {
            var never = new AttemptExit(EndReason.Fenced, null, null, now, now, 0, 0, MemorySource.ResourceUsage, 0);
            Emit(number => new LauncherEvent.Exited(number, request.Attempt, never));
            return;
        }

        if (_world.Chance(0.01))
        {
            _world.Witness.Start(_host, request.Attempt);
            Emit(number => new LauncherEvent.LaunchFailed(number, request.Attempt, "no such program", now));
            return;
        }

        var recipe = _host.Spawn(this, request);
        _running.Add(request.Attempt, recipe);
        Emit(number => new LauncherEvent.Started(number, request.Attempt, 1000 + (int)number, now));
        if (request.Limits.MemoryBytes is not null && _world.Chance(0.1))
        {
            Process.Schedule(_world.UpTo(TimeSpan.FromSeconds(1)), () => End(request.Attempt, EndReason.Memory));
        }

        if (request.Limits.WallTime is { } limit)
        {
            Process.Schedule(limit, () => End(request.Attempt, EndReason.WallTime));
        }
    }

    private void Read(SimulatedRecipe recipe, int line)
    {
        var text = $"{recipe.Attempt} line {line}";
        recipe.Lines.Add(text);
        Emit(number => new LauncherEvent.Output(
            number,
            recipe.Attempt,
            line % 2 == 0 ? OutputStream.Out : OutputStream.Error,
            _world.Time.GetUtcNow(),
            Encoding.UTF8.GetBytes(text + "\n")));
    }

    private void Reap(SimulatedRecipe recipe, int? code, int? signal)
    {
        _running.Remove(recipe.Attempt);
        var bytes = recipe.Lines.Sum(line => line.Length + 1);
        recipe.Exit = new AttemptExit(
            recipe.Ending ?? EndReason.Exited, code, signal, recipe.StartedAt, _world.Time.GetUtcNow(), 0.01, 1 << 20, MemorySource.ResourceUsage, bytes);
        Emit(number => new LauncherEvent.Exited(number, recipe.Attempt, recipe.Exit));
    }

    private void Emit(Func<long, LauncherEvent.Numbered> make)
    {
        var @event = make(++_lastEvent);
        _events.Enqueue(@event);
        _link?.ToLauncher.Send(@event);
    }
}
