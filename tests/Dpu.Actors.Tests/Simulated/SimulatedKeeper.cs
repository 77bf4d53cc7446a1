using System.Text;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.TestKit;

namespace Dpu.Actors.Tests.Simulated;

/// <summary>
/// The keeper of the node: a process of its own, so that it lives through crashes of the service. It knows what really ran.
/// </summary>
internal sealed class SimulatedKeeper(Simulation simulation)
{
    private const int SignalKill = 9;
    private const int SignalTerm = 15;

    private readonly Dictionary<AttemptId, SimulatedRecipe> _alive = [];
    private readonly HashSet<AttemptId> _known = [];
    private readonly Queue<LauncherEvent.Numbered> _events = new();
    private SimulatedLink? _link;
    private long _lastEvent;
    private TimeSpan? _lease;
    private int _leases;
    private int _lastPid = 1000;

    public bool IsUp { get; private set; }

    public Guid Incarnation { get; private set; }

    /// <summary>Processes that run, also those whose keeper died.</summary>
    public IReadOnlyDictionary<AttemptId, SimulatedRecipe> Alive => _alive;

    /// <summary>Everything that ever ran.</summary>
    public Dictionary<AttemptId, SimulatedRecipe> History { get; } = [];

    /// <summary>Whether it holds neither attempts nor reports.</summary>
    public bool IsEmpty => _known.Count == 0 && _events.Count == 0;

    /// <summary>Called when a process is about to be started, and when an event is about to be forgotten.</summary>
    public Action<AttemptId>? OnStart { get; set; }

    public Action<LauncherEvent.Numbered>? OnForget { get; set; }

    public Action<string>? Tell { get; set; }

    /// <summary>Ends what an earlier keeper left behind, and only then answers.</summary>
    public void StartAnew()
    {
        foreach (var orphan in _alive.Values)
        {
            orphan.IsGone = true;
        }

        _alive.Clear();
        var bytes = new byte[16];
        simulation.Random.NextBytes(bytes);
        Incarnation = new Guid(bytes);
        IsUp = true;
        Tell?.Invoke($"keeper {Incarnation:N} starts");
    }

    /// <summary>Dies by SIGKILL. Its processes run on without anybody who listens.</summary>
    public void Crash()
    {
        foreach (var unacknowledged in _events.OfType<LauncherEvent.Output>())
        {
            History[unacknowledged.Attempt].MayHaveLostLines = true;
        }

        IsUp = false;
        _known.Clear();
        _events.Clear();
        _lastEvent = 0;
        _lease = null;
        _leases++;
        Cut();
    }

    /// <summary>The connection breaks; what is on its way is lost.</summary>
    public void Cut()
    {
        if (_link is { } link)
        {
            _link = null;
            link.Cut();
            link.Launcher.Lost(link);
        }
    }

    /// <summary>A service connects; the one before is served no longer, and nothing more that it sent is done.</summary>
    public SimulatedLink Greet(SimulatedLauncher launcher)
    {
        Cut();
        var link = new SimulatedLink(simulation, this, launcher);
        _link = link;
        link.ToLauncher.Send(new LauncherEvent.Connected(Incarnation, [.. _known]));
        foreach (var @event in _events)
        {
            link.ToLauncher.Send(@event);
        }

        return link;
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
        if (_alive.TryGetValue(attempt, out var recipe) && recipe.Ending is null)
        {
            recipe.Ending = reason;
            simulation.Start(() => TerminateAsync(recipe));
        }
    }

    /// <summary>Recipes may run until then, in virtual time; the keeper's own processes pass away then, whether a service lives or not.</summary>
    public void Lease(TimeSpan until)
    {
        if (_lease >= until)
        {
            return;
        }

        _lease = until;
        var number = ++_leases;
        var left = until - simulation.Time.Elapsed;
        simulation.Schedule(left > TimeSpan.Zero ? left : TimeSpan.Zero, () =>
        {
            if (IsUp && number == _leases)
            {
                Fence();
            }
        });
    }

    private bool IsFenced => _lease <= simulation.Time.Elapsed;

    private void Fence()
    {
        Tell?.Invoke($"keeper {Incarnation:N} ends {_alive.Count} recipes: its lease has run out");
        foreach (var recipe in _alive.Values.Where(IsMine).ToList())
        {
            End(recipe.Request.Attempt, EndReason.Fenced);
        }
    }

    public void Acknowledge(long sequenceNr)
    {
        while (_events.TryPeek(out var oldest) && oldest.SequenceNr <= sequenceNr)
        {
            OnForget?.Invoke(oldest);
            _events.Dequeue();
            if (oldest is LauncherEvent.Exited or LauncherEvent.LaunchFailed)
            {
                _known.Remove(oldest.Attempt);
            }
        }
    }

    private bool Chance(double share) => simulation.Random.NextDouble() < share;

    private void Spawn(LaunchRequest request)
    {
        if (IsFenced)
        {
            var now = simulation.Time.GetUtcNow();
            var never = new AttemptExit(EndReason.Fenced, null, null, now, now, 0, 0, MemorySource.ResourceUsage, 0);
            Emit(number => new LauncherEvent.Exited(number, request.Attempt, never));
            return;
        }

        OnStart?.Invoke(request.Attempt);
        if (Chance(0.02))
        {
            Emit(number => new LauncherEvent.LaunchFailed(number, request.Attempt, "no such program", simulation.Time.GetUtcNow()));
            return;
        }

        var recipe = new SimulatedRecipe(request, simulation.Time.GetUtcNow());
        _alive.Add(request.Attempt, recipe);
        History.Add(request.Attempt, recipe);
        Emit(number => new LauncherEvent.Started(number, request.Attempt, ++_lastPid, recipe.StartedAt));
        simulation.Start(() => RunAsync(recipe, SimulatedWork.Of(request.Command, simulation.Random)));
        if (request.Limits.MemoryBytes is not null && Chance(0.1))
        {
            simulation.Schedule(TimeSpan.FromSeconds(1) * simulation.Random.NextDouble(), () => EndIf(recipe, EndReason.Memory));
        }

        if (request.Limits.WallTime is { } limit)
        {
            simulation.Schedule(limit, () => EndIf(recipe, EndReason.WallTime));
        }
    }

    private void EndIf(SimulatedRecipe recipe, EndReason reason)
    {
        if (IsUp && !recipe.IsGone)
        {
            End(recipe.Request.Attempt, reason);
        }
    }

    private async Task RunAsync(SimulatedRecipe recipe, SimulatedWork work)
    {
        for (var line = 0; line < work.Lines; line++)
        {
            await simulation.Delay(work.Duration / (work.Lines + 1));
            Print(recipe, line);
        }

        await simulation.Delay(work.Duration / (work.Lines + 1));
        Exit(recipe, work.ExitCode, work.Signal);
    }

    private async Task TerminateAsync(SimulatedRecipe recipe)
    {
        if (Chance(0.3))
        {
            await simulation.Delay(recipe.Request.Limits.KillGrace);
            Exit(recipe, null, SignalKill);
            return;
        }

        await simulation.Delay(Pauses.UpTo(recipe.Request.Limits.KillGrace, simulation.Random));
        Print(recipe, recipe.Lines.Count);
        if (Chance(0.2))
        {
            Exit(recipe, 0, null);
        }
        else
        {
            Exit(recipe, null, SignalTerm);
        }
    }

    private void Print(SimulatedRecipe recipe, int line)
    {
        if (recipe.IsGone || !IsUp || !IsMine(recipe))
        {
            return;
        }

        var text = $"{recipe.Request.Attempt} line {line}";
        recipe.Lines.Add(text);
        Emit(number => new LauncherEvent.Output(
            number,
            recipe.Request.Attempt,
            line % 2 == 0 ? OutputStream.Out : OutputStream.Error,
            simulation.Time.GetUtcNow(),
            Encoding.UTF8.GetBytes(text + "\n")));
    }

    private void Exit(SimulatedRecipe recipe, int? code, int? signal)
    {
        if (recipe.IsGone)
        {
            return;
        }

        recipe.IsGone = true;
        _alive.Remove(recipe.Request.Attempt);
        if (!IsUp || !IsMine(recipe))
        {
            return;
        }

        var bytes = recipe.Lines.Sum(line => line.Length + 1);
        recipe.Exit = new AttemptExit(
            recipe.Ending ?? EndReason.Exited, code, signal, recipe.StartedAt, simulation.Time.GetUtcNow(), 0.01, 1 << 20, MemorySource.ResourceUsage, bytes);
        Emit(number => new LauncherEvent.Exited(number, recipe.Request.Attempt, recipe.Exit));
    }

    private bool IsMine(SimulatedRecipe recipe) => _known.Contains(recipe.Request.Attempt);

    private void Emit(Func<long, LauncherEvent.Numbered> make)
    {
        var @event = make(++_lastEvent);
        _events.Enqueue(@event);
        _link?.ToLauncher.Send(@event);
    }
}
