using Dpu.Actors.Nodes;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.TestKit;

namespace Dpu.Simulated;

/// <summary>
/// A machine: its keeper, which outlives services, the processes that run there whoever knows of them, and its place on the network. What holds for its
/// processes is held here, apart from what any code under test believes.
/// </summary>
internal sealed class SimulatedHost(SimulatedWorld world, string machine, NodeOptions options)
{
    private const int SignalTerm = 15;

    private readonly Dictionary<AttemptId, (SimulatedRecipe Recipe, SimulatedKeeper Keeper)> _alive = [];
    private SimulatedProcess _kernel = world.Simulation.StartProcess(machine);
    private SimulatedKeeper? _keeper;
    private SimulatedConnection? _connection;
    private TimeSpan? _unguardedAt;

    /// <summary>The machine's name; two machines may bear nodes of one name.</summary>
    public string Machine { get; } = machine;

    public string Name => Options.Name;

    public NodeOptions Options { get; } = options;

    /// <summary>
    /// Whether its node calls itself by the name of one on another machine. It greets, and never gets further: when it is let in because that one is away just
    /// now, it finds that its identity was made elsewhere.
    /// </summary>
    public bool IsStranger { get; init; }

    /// <summary>How the machine is connected to the frontend.</summary>
    public SimulatedPath Path { get; } = new(world);

    /// <summary>The node's service, or the frontend when it has this host's node; null while it is down.</summary>
    public SimulatedProcess? Service { get; private set; }

    /// <summary>The actors in it; null for the frontend's own node.</summary>
    public SimulatedNode? Node { get; private set; }

    public IEnumerable<SimulatedRecipe> Alive => _alive.Values.Select(running => running.Recipe);

    /// <summary>What its processes hold now.</summary>
    public Resources Held { get; private set; } = new(0, 0);

    public bool IsEmpty => _keeper is null or { IsEmpty: true };

    public SimulatedKeeper? Keeper => _keeper;

    /// <summary>Whether nobody there can end anything now: the keeper is stopped, or it is gone and so is the service that would start another one.</summary>
    private bool IsUnguarded => _keeper is { Process.IsFrozen: true } || (_keeper is null && Service is null or { IsFrozen: true } or { IsDead: true });

    /// <summary>
    /// The one exclusion from "never two attempts of a task at once": when a lease ran out, nobody was there to end what ran, and whoever came since has not had
    /// the time to.
    /// </summary>
    public bool IsExcused(SimulatedRecipe recipe)
    {
        Look();
        return _unguardedAt is { } at && at + recipe.Request.Limits.KillGrace + ClusterTerms.Margin >= world.Now;
    }

    /// <summary>Remembers when nobody guarded; called whenever that may change.</summary>
    public void Look()
    {
        if (IsUnguarded)
        {
            _unguardedAt = world.Now;
        }
    }

    /// <summary>The keeper; when there is none, one that ends what an earlier one left behind, and only then answers.</summary>
    public SimulatedKeeper RunningKeeper()
    {
        Look();
        if (_keeper is null)
        {
            foreach (var (recipe, _) in _alive.Values.ToList())
            {
                Remove(recipe);
            }

            _keeper = new SimulatedKeeper(world, this);
            world.Tell($"keeper of {Name} on {Machine} starts as {_keeper.Incarnation}");
        }

        return _keeper;
    }

    /// <summary>The frontend's process has this host's node, or has no more.</summary>
    public void LivesIn(SimulatedProcess? frontend)
    {
        Look();
        Service = frontend;
        Look();
    }

    public void StartService(Func<SimulatedFrontend?> frontend)
    {
        if (Service is null)
        {
            world.Tell($"service of {Name} on {Machine} starts");
            Look();
            Node = new SimulatedNode(world, this, frontend);
            Service = Node.Process;
        }
    }

    public void KillService()
    {
        if (Node is not null)
        {
            world.Tell($"service of {Name} on {Machine} is gone");
            Look();
            Node.Process.Kill();
            _connection?.CloseByNode();
            (Node, Service) = (null, null);
            Look();
        }
    }

    /// <summary>The service's newest connection: the machine says goodbye for it when it dies.</summary>
    public void Opened(SimulatedConnection connection) => _connection = connection;

    /// <summary>The frontend's process died: its machine says goodbye for it.</summary>
    public void FrontendDied() => _connection?.SendDown(null);

    public void FreezeService() => ButFirstLook(() => Service?.Freeze());

    public void FreezeKeeper() => ButFirstLook(() => _keeper?.Process.Freeze());

    public void Thaw() => ButFirstLook(() =>
    {
        Node?.Process.Thaw();
        _keeper?.Process.Thaw();
    });

    private void ButFirstLook(Action change)
    {
        Look();
        change();
        Look();
    }

    public void KillKeeper()
    {
        Look();
        _keeper?.Die();
        _keeper = null;
        Look();
    }

    /// <summary>The power fails: everything on it is gone, and nobody is told.</summary>
    public void Die()
    {
        world.Tell($"{Machine} is dead");
        Node?.Process.Kill();
        (Node, Service, _connection) = (null, null, null);
        _keeper?.Die();
        _keeper = null;
        _kernel.Kill();
        foreach (var (recipe, _) in _alive.Values.ToList())
        {
            Remove(recipe);
        }

        _kernel = world.Simulation.StartProcess(Machine);
        Path.Vanish();
    }

    public SimulatedRecipe Spawn(SimulatedKeeper keeper, LaunchRequest request)
    {
        var resources = world.Witness.Start(this, request.Attempt);
        var recipe = new SimulatedRecipe(this, request, resources, world.Time.GetUtcNow());
        _alive.Add(request.Attempt, (recipe, keeper));
        Held = new Resources(Held.Cpus + resources.Cpus, Held.MemoryBytes + resources.MemoryBytes);
        world.Recipes.Add(recipe);
        Run(recipe, SimulatedWork.Of(request.Command, world.Random), 0);
        return recipe;
    }

    /// <summary>SIGTERM: most end in their own time, some take no notice.</summary>
    public void Terminate(SimulatedRecipe recipe)
    {
        if (!world.Chance(0.3))
        {
            _kernel.Schedule(Pauses.UpTo(recipe.Request.Limits.KillGrace, world.Random), () =>
            {
                Write(recipe);
                End(recipe, world.Chance(0.2) ? 0 : null, SignalTerm);
            });
        }
    }

    /// <summary>A process is gone, by itself or by a signal.</summary>
    public void End(SimulatedRecipe recipe, int? code, int? signal)
    {
        if (recipe.IsGone)
        {
            return;
        }

        var keeper = _alive[recipe.Attempt].Keeper;
        Remove(recipe);
        recipe.Close(code, code is null ? signal : null);
        keeper.Notice(recipe);
    }

    private void Run(SimulatedRecipe recipe, SimulatedWork work, int line) => _kernel.Schedule(work.Duration / (work.Lines + 1), () =>
    {
        if (line < work.Lines)
        {
            Write(recipe);
            Run(recipe, work, line + 1);
        }
        else
        {
            End(recipe, work.ExitCode, work.Signal);
        }
    });

    private void Write(SimulatedRecipe recipe)
    {
        if (!recipe.IsGone)
        {
            recipe.Write();
            _alive[recipe.Attempt].Keeper.Notice(recipe);
        }
    }

    private void Remove(SimulatedRecipe recipe)
    {
        recipe.IsGone = true;
        _alive.Remove(recipe.Attempt);
        Held = new Resources(Held.Cpus - recipe.Resources.Cpus, Held.MemoryBytes - recipe.Resources.MemoryBytes);
        world.Recipes.Remove(recipe);
    }
}
