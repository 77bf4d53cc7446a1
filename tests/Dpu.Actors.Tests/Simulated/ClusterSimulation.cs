using System.Collections.Immutable;
using System.Globalization;
using Dpu.Actors.Catalog;
using Dpu.Actors.Frontend;
using Dpu.Actors.Nodes;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Hocon;
using Dpu.Journal.EventJournal;
using Dpu.Journal.Logs;
using Dpu.Journal.Store;
using Dpu.TestKit;

namespace Dpu.Actors.Tests.Simulated;

/// <summary>
/// A whole embedded DPU in a simulated world: the service with the real actors, its keeper, users, and what goes wrong. Everything that
/// happens follows from the seed.
/// </summary>
internal sealed class ClusterSimulation : IDisposable
{
    private const int StoryLines = 60;
    private static readonly TimeSpan WorkMax = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RestMax = TimeSpan.FromHours(1);

    private const string Declarations = """
        Cut {
          command = [long, cut]
          options { chip { short = c, type = string, default = "", select = { input = raw, key = chip } } }
          inputs { raw { type = raw } }
          divide-by = [chip, filter]
          resources { cpus = 1, memory = 100 MiB, wall-time = 5 s }
          outputs { cut { type = cut, pattern = "*", main = true } }
          patterns { any { regex = "line \\d", level = info }, third { regex = "line 2$", action = hold } }
        }
        Warp { command = [short, warp], options { level { short = l, type = integer, default = 1 } }, inputs { cuts { type = cut } }, divide-by = [chip], outputs { warp { type = warp, pattern = "*" } } }
        Stack { command = [long, stack], inputs { warps { type = warp } }, resources { memory = 200 MiB }, outputs { stack { type = stack, pattern = "*", main = true } } }
        """;

    private readonly Queue<string> _story = new();
    private readonly MemoryStore _store;
    private readonly MemoryLogStore _logs = new();
    private readonly Chaos _chaos;
    private readonly RetryRules _retry;
    private readonly RecipeCatalog _recipes;
    private Exception? _unexplained;

    private ClusterSimulation(int seed)
    {
        World = new Simulation(seed);
        Capacity = new Resources(World.Random.Next(1, 5), 400L << 20);
        var (tries, losses) = (World.Random.Next(1, 4), World.Random.Next(3, 9));
        _retry = new RetryRules(tries, 3, tries, tries, tries, losses, MemoryFactor: 2, MemoryBytesMax: null);
        _recipes = ReadRecipes(_retry);

        // A few runs go through the storage form of every event; the others are faster without.
        _store = new MemoryStore(seed % 8 == 0 ? DpuEvents.Codec : null);
        Keeper = new SimulatedKeeper(World) { Tell = Tell };
        Witness = new Witness(Keeper, _store, _logs, Capacity, Tell) { PendingLogs = () => Service?.PendingLogs() ?? [] };
        _chaos = new Chaos(this);
        World.OnStep = AfterStep;
    }

    public Simulation World { get; }

    public Faults Faults { get; } = new();

    public SimulatedKeeper Keeper { get; }

    public Witness Witness { get; }

    public Resources Capacity { get; }

    /// <summary>What users may ask for.</summary>
    public RecipeCatalog Recipes => _recipes;

    /// <summary>Null while it is down.</summary>
    public SimulatedService? Service { get; private set; }

    /// <summary>Runs one world to its end.</summary>
    /// <returns>Equal for runs that went the same way, and how many steps there were.</returns>
    /// <exception cref="SimulationException">Something did not hold; the message names the seed and tells what led to it.</exception>
    public static (ulong Trace, long Steps) Run(int seed)
    {
        using var cluster = new ClusterSimulation(seed);
        try
        {
            cluster.Run();
        }
        catch (Exception failure)
        {
            throw new SimulationException($"{failure.Message}\nReplay it with DPU_SEED={seed}. What happened last:\n{string.Join('\n', cluster._story)}", failure);
        }

        return (cluster.World.Trace, cluster.World.Dispatcher.Steps);
    }

    public void Dispose() => _store.Dispose();

    public void Tell(string what)
    {
        if (_story.Count == StoryLines)
        {
            _story.Dequeue();
        }

        _story.Enqueue(string.Create(CultureInfo.InvariantCulture, $"  {World.Time.Elapsed.TotalSeconds,9:0.0000} s  step {World.Dispatcher.Steps,6}  {what}"));
    }

    public void StartService()
    {
        if (Service is not null)
        {
            return;
        }

        Tell("service starts");
        Service = new SimulatedService(World, Keeper, _store, _logs, Faults, _recipes, Node(), _retry, reason => _unexplained ??= reason);
    }

    public void KillService()
    {
        if (Service is not null)
        {
            Tell("service is killed");
            Service.Kill();
            Service = null;
        }
    }

    private static RecipeCatalog ReadRecipes(RetryRules retry) => RecipeCatalogReader.Read(HoconParser.ParseString(Declarations, "recipes.conf"), retry) is Declared<RecipeCatalog>.Valid valid
        ? valid.Value
        : throw new InvalidOperationException("The recipes of the simulation cannot be read.");

    private void Run()
    {
        StartService();
        World.Await(World.Start(RegisterFramesAsync));
        _chaos.Begin();
        var users = Enumerable.Range(0, World.Random.Next(1, 4)).Select(number => World.Start(() => new SimulatedUser(this, number).WorkAsync(World.Random.Next(1, 4)))).ToList();
        World.Run(() => users.TrueForAll(user => user.IsCompleted), WorkMax);

        Tell("no more faults");
        _chaos.End();
        Faults.Stop();
        StartService();
        Expect(() => users.TrueForAll(user => user.IsCompleted), "the users are not done");
        World.Start(() => new SimulatedUser(this, 98).ReleaseAllAsync());
        Expect(() => Witness.AllEnded, "some jobs do not end");
        World.Await(World.Start(NeedTheWholeNodeAsync), RestMax);
        Expect(() => Witness.AllEnded, "the node cannot run what needs all of it");
        Expect(() => Keeper.IsEmpty, "the keeper keeps something");
        Expect(() => Service!.HoldsNothing, "the node or the scheduler holds something");
        Witness.CheckAtRest();
    }

    private void Expect(Func<bool> holds, string otherwise) => ViolationException.Unless(World.Run(holds, RestMax), otherwise);

    private async Task RegisterFramesAsync()
    {
        var frames = (from chip in new[] { "ccd50", "ccd51" } from filter in new[] { "#842", "#845" } select (chip, filter))
            .Select((frame, index) => new CatalogFile(
                $"raw-{index}",
                $"raw-{index}",
                $"/raw/{index}",
                1,
                new string('0', 64),
                "raw",
                ImmutableSortedDictionary<string, MetadataValue>.Empty.Add("chip", MetadataValue.Of(frame.chip)).Add("filter", MetadataValue.Of(frame.filter)),
                null,
                Committed: true,
                World.Time.GetUtcNow()))
            .ToImmutableArray();
        var registered = new TaskCompletionSource();
        Service!.Catalog.Tell(new CatalogMessage.Register(frames, new ReplyTo<FilesRegistered>(_ => registered.SetResult())));
        await registered.Task;
    }

    /// <summary>Only if nothing is held that nobody holds any more, this can run.</summary>
    private async Task NeedTheWholeNodeAsync() => await new SimulatedUser(this, 99).SubmitAsync(
        new Submission.OfCommand("user99", "last", 0, [], ["long"], null, Capacity));

    private NodeOptions Node() => new("node", "host", Capacity, TimeSpan.FromSeconds(2), 1 << 20, 1 << 20, EnforceMemory: true)
    {
        // In every other run three lines are more than a node holds.
        OutputHeldBytesMax = World.Seed % 2 == 0 ? 600 : 32 << 20,
    };

    private void AfterStep()
    {
        Witness.Look();
        if (_unexplained is { } reason)
        {
            throw new ViolationException($"an actor failed: {reason}");
        }

        ViolationException.Unless(Service?.System.Fault is null, $"the service failed: {Service?.System.Fault}");
        _chaos.MayStrike(World.Dispatcher.Steps);
    }
}
