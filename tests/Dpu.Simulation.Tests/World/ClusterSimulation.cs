using System.Collections.Concurrent;
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
using Dpu.Journal.Store;
using Dpu.TestKit;

namespace Dpu.Simulated;

/// <summary>
/// A whole DPU in a simulated world: the frontend and several nodes with the real actors, their keepers and links, users, and what goes wrong. Everything that
/// happens follows from the seed.
/// </summary>
internal sealed class ClusterSimulation : IDisposable
{
    /// <summary>How many tasks there are in a run, at the least.</summary>
    public const int TasksMin = 50;

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

    /// <summary>A catalog never changes, so worlds with the same rules share one.</summary>
    private static readonly ConcurrentDictionary<RetryRules, RecipeCatalog> Catalogs = new();

    private readonly List<SimulatedHost> _hosts = [];
    private readonly Chaos _chaos;

    private ClusterSimulation(int seed, PlantedBug planted, bool tellsStory)
    {
        World = new SimulatedWorld(seed, planted, tellsStory);
        var (tries, losses) = (World.Random.Next(1, 4), World.Random.Next(3, 9));
        var retry = new RetryRules(tries, 3, tries, tries, tries, losses, MemoryFactor: 2, MemoryBytesMax: null);
        var capacity = new Resources(World.Random.Next(1, 4), 400L << 20);
        var store = new MemoryStore(World.Terms.Encodes ? DpuEvents.Codec : null);
        Stores = new SimulatedStores(store, new DurableLogs(), Catalogs.GetOrAdd(retry, ReadRecipes), capacity, retry);
        World.Witness = Witness = new Witness(World, Stores, () => Frontend);
        for (var number = 1; number <= World.Terms.Nodes; number++)
        {
            AddHost();
        }

        Local = World.Terms.HasLocalNode ? NewHost("local", "local") : null;
        _chaos = new Chaos(this);
        World.Simulation.OnStep = AfterStep;
    }

    public SimulatedWorld World { get; }

    public SimulatedStores Stores { get; }

    public Witness Witness { get; }

    /// <summary>Machines with a node of their own.</summary>
    public IReadOnlyList<SimulatedHost> Hosts => _hosts;

    /// <summary>The frontend's machine, when it has a node.</summary>
    public SimulatedHost? Local { get; }

    /// <summary>Null while it is down.</summary>
    public SimulatedFrontend? Frontend { get; private set; }

    /// <summary>Runs one world to its end.</summary>
    /// <exception cref="SimulationException">Something did not hold; the message names the seed and tells what led to it.</exception>
    /// <param name="seed">Which.</param>
    /// <param name="planted">A bug that is put into it.</param>
    /// <param name="storyLines">How much of the story is told when it goes wrong; 0 for none.</param>
    public static RunFigures Run(int seed, PlantedBug planted = PlantedBug.None, int storyLines = 120)
    {
        try
        {
            return Run(seed, planted, tellsStory: false, out _);
        }
        catch (Exception failure)
        {
            throw new SimulationException($"{failure.Message}\nReplay it with DPU_SEED={seed}. What happened last:\n{string.Join('\n', Replay(seed, planted, failure, storyLines).TakeLast(storyLines))}", failure);
        }
    }

    /// <summary>The machine on which nodes of a name run, or a further one that calls itself by the same name.</summary>
    public SimulatedHost NewHost(string machine, string name, bool isStranger = false)
    {
        var capacity = new Resources(Stores.Capacity.Cpus + World.Random.Next(2), Stores.Capacity.MemoryBytes);
        var options = new NodeOptions(name, machine, capacity, World.Terms.KillGrace, 1 << 20, 1 << 20, EnforceMemory: true)
        {
            // In every other run three lines are more than a node holds.
            OutputHeldBytesMax = World.Seed % 2 == 0 ? 600 : 32 << 20,
        };
        return new SimulatedHost(World, machine, options) { IsStranger = isStranger };
    }

    /// <summary>A machine more.</summary>
    public SimulatedHost AddHost()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"n{_hosts.Count + 1}");
        var host = NewHost($"machine-{name}", name);
        _hosts.Add(host);
        return host;
    }

    public void StartFrontend()
    {
        if (Frontend is null)
        {
            World.Tell($"frontend starts");
            Frontend = new SimulatedFrontend(World, Stores, Witness.History, Local);
            Local?.LivesIn(Frontend.Process);
        }
    }

    public void KillFrontend()
    {
        if (Frontend is not null)
        {
            World.Tell($"frontend is killed");
            Frontend.Process.Kill();
            Frontend = null;
            Local?.LivesIn(null);
            _hosts.ForEach(host => host.FrontendDied());
        }
    }

    public void StartService(SimulatedHost host) => host.StartService(() => Frontend);

    public void Dispose() => Stores.Durable.Dispose();

    private static RunFigures Run(int seed, PlantedBug planted, bool tellsStory, out IEnumerable<string> story)
    {
        using var cluster = new ClusterSimulation(seed, planted, tellsStory);
        story = cluster.World.Story;
        cluster.Run();
        var simulation = cluster.World.Simulation;
        return new RunFigures(simulation.Trace, simulation.Dispatcher.Steps, cluster.World.Terms.Nodes, cluster.Witness.TaskCount, cluster.World.Strikes);
    }

    /// <summary>The same again, now listening: telling a story would cost most runs more than the work.</summary>
    private static IEnumerable<string> Replay(int seed, PlantedBug planted, Exception first, int storyLines)
    {
        if (storyLines == 0)
        {
            return [];
        }

        IEnumerable<string> story = [];
        try
        {
            Run(seed, planted, tellsStory: true, out story);
            return [.. story, "  It did not happen again: something in the run does not follow from its seed."];
        }
        catch (Exception second)
        {
            return second.Message.Split('\n')[0] == first.Message.Split('\n')[0] ? story : [.. story, $"  It went another way the second time: {second.Message}"];
        }
    }

    private static RecipeCatalog ReadRecipes(RetryRules retry) => RecipeCatalogReader.Read(HoconParser.ParseString(Declarations, "recipes.conf"), retry) is Declared<RecipeCatalog>.Valid valid
        ? valid.Value
        : throw new InvalidOperationException("The recipes of the simulation cannot be read.");

    private void Run()
    {
        StartFrontend();
        _hosts.ForEach(StartService);
        World.Simulation.Await(World.Simulation.Start(RegisterFramesAsync));
        _chaos.Begin();
        var users = Enumerable.Range(0, 3).Select(number => World.Simulation.Start(() => new SimulatedUser(this, number).WorkAsync())).ToList();
        World.Simulation.Run(() => _chaos.IsDone && users.TrueForAll(user => user.IsCompleted), WorkMax);

        World.Tell($"no more faults");
        _chaos.End();
        Expect(() => users.TrueForAll(user => user.IsCompleted), "the users are not done");
        World.Simulation.Start(() => new SimulatedUser(this, 98).ReleaseAllAsync());
        Expect(() => Witness.AllEnded, () => $"some jobs do not end: {Witness.DescribeOpen()}");
        World.Simulation.Await(World.Simulation.Start(NeedTheWholeNodeAsync), RestMax);
        Expect(() => Witness.AllEnded, "no node can run what needs all of it");
        Expect(() => AllHosts.All(host => host.IsEmpty), "a keeper keeps something");
        Expect(() => !Frontend!.Held.Any(), () => $"the frontend holds something: {string.Join(", ", Frontend!.Held)}");
        Expect(() => _hosts.TrueForAll(host => host.Node!.HoldsNothing), "a node holds something");
        Witness.CheckAtRest();
    }

    private IEnumerable<SimulatedHost> AllHosts => Local is null ? _hosts : _hosts.Append(Local);

    private void Expect(Func<bool> holds, string otherwise) => Expect(holds, () => otherwise);

    private void Expect(Func<bool> holds, Func<string> otherwise)
    {
        if (!World.Simulation.Run(holds, RestMax))
        {
            throw new ViolationException(otherwise());
        }
    }

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
        Frontend!.Catalog.Tell(new CatalogMessage.Register(frames, new ReplyTo<FilesRegistered>(_ => registered.SetResult())));
        await registered.Task;
    }

    /// <summary>Only if nothing is held that nobody holds any more, these can run, one on each node.</summary>
    private async Task NeedTheWholeNodeAsync() => await new SimulatedUser(this, 99).SubmitAsync(new Submission.OfCommand(
        "user99", "last", 0, [], ["long"], TaskLines.Pack([.. _hosts.Select(host => host.Name)]), Stores.Capacity));

    private void AfterStep()
    {
        Witness.Look();
        if (World.Unexplained is { } reason)
        {
            throw new ViolationException($"an actor failed: {reason}");
        }

        ViolationException.Unless(Frontend?.System.Fault is null, $"the frontend failed: {Frontend?.System.Fault}");
        _chaos.MayStrike(World.Simulation.Dispatcher.Steps);
    }
}

/// <summary>How a run went.</summary>
/// <param name="Trace">Equal for runs that went the same way.</param>
/// <param name="Steps">How many pieces of work ran.</param>
/// <param name="Nodes">How many nodes there were from the beginning.</param>
/// <param name="Tasks">How many tasks.</param>
/// <param name="Faults">How many faults.</param>
internal readonly record struct RunFigures(ulong Trace, long Steps, int Nodes, int Tasks, int Faults);
