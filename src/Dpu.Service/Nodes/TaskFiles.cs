using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Dpu.Actors.Nodes;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Templates;
using Dpu.Service.Nodes.Apart;
using Dpu.Service.Shipping;

namespace Dpu.Service.Nodes;

/// <summary>
/// Work directories of a node: <c>work/&lt;job&gt;</c> for commands, <c>work/&lt;job&gt;/&lt;task&gt;.&lt;attempt&gt;</c> for recipes. What they made goes to
/// <c>&lt;job&gt;/&lt;task&gt;.&lt;attempt&gt;</c> in the store.
/// </summary>
/// <param name="dataDirectory">The node's.</param>
/// <param name="store">Where files come from and go to.</param>
/// <param name="node">What it is called, and what bounds its tasks.</param>
/// <param name="searchPath">Where tasks find programs.</param>
/// <param name="executables">Where recipes find theirs.</param>
/// <param name="apart">Keeps tasks of users apart; null where that cannot be done.</param>
internal sealed class TaskFiles(
    string dataDirectory, INodeStore store, NodeOptions node, string searchPath, RecipeExecutables executables, Confiner? apart = null) : ITaskFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string Shell = "/bin/sh";
    private const string ConfigurationFile = ".awe/Environment.cfg";

    private readonly ConcurrentDictionary<JobId, string> _jobFolders = [];

    /// <summary>Where code that comes with jobs is unpacked.</summary>
    public CodeTrees? Trees { get; init; }

    /// <summary>Where a version of the recipes has its programs: empty for nowhere else, null when the version is not known.</summary>
    public Func<string, string?> PathOfVersion { get; init; } = static _ => null;

    public ValueTask<LaunchRequest> PrepareAsync(TaskStart start, FilesProgress progress, CancellationToken cancellationToken) => start.Work switch
    {
        // A command needs its job's directory only, which is there from its first task on: no detour over another thread.
        TaskWork.OfCommand when ApartFor(start) is null && start is { Code: null, Settings: null or { Configuration: null } } => PrepareCommand(start),
        TaskWork.OfCommand => new ValueTask<LaunchRequest>(Task.Run(() => PrepareCommandAsync(start, progress, cancellationToken), cancellationToken)),
        TaskWork.Directed directed => new ValueTask<LaunchRequest>(Task.Run(() => PrepareAsync(start, directed, progress, cancellationToken), cancellationToken)),
        _ => throw new InvalidOperationException($"A task knows no work {start.Work.GetType().Name}."),
    };

    public Task<ImmutableArray<OutputFile>> CollectAsync(TaskStart start, FilesProgress progress, CancellationToken cancellationToken) =>
        Task.Run(() => CollectAsync(start, (TaskWork.Directed)start.Work, progress, cancellationToken), cancellationToken);

    public Task DiscardAsync(AttemptId attempt, CancellationToken cancellationToken) => store.DiscardAsync(attempt, cancellationToken);

    public void Settled(AttemptId attempt)
    {
        Trees?.Release(attempt);
        apart?.Ended(attempt);
        store.Settled(attempt, AttemptFolder(attempt));
    }

    private Confiner? ApartFor(TaskStart start) => start.Isolated ? apart : null;

    private ValueTask<LaunchRequest> PrepareCommand(TaskStart start)
    {
        try
        {
            return ValueTask.FromResult(RequestFor(start, start.Command, JobFolder(start.Attempt.Job), null));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Told like any other failure: thrown from here, it would be the failure of the actor that asks.
            return ValueTask.FromException<LaunchRequest>(NoFolder(error));
        }
    }

    private async Task<LaunchRequest> PrepareCommandAsync(TaskStart start, FilesProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            var tree = await TreeOfAsync(start, progress, cancellationToken);
            var request = RequestFor(start, start.Command, JobFolder(start.Attempt.Job, start.Settings?.Configuration), tree);
            return ApartFor(start)?.Command(start, request) ?? request;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NoFolder(error);
        }
    }

    private async Task<CodeTree?> TreeOfAsync(TaskStart start, FilesProgress progress, CancellationToken cancellationToken) => start.Code is not { } code ? null
        : Trees is null ? throw new TaskFilesException(FailureCause.Launch, $"node {node.Name} takes no code that comes with jobs")
        : await Trees.TakeAsync(start.Attempt, code, progress, cancellationToken);

    /// <summary>Where a version has its programs comes first; a node that does not know it must not run another one in its place.</summary>
    private string SearchPathOf(TaskStart start) => start.Version is null ? searchPath : PathOfVersion(start.Version) switch
    {
        null => throw new TaskFilesException(FailureCause.Launch, $"the version '{start.Version}' of the recipes is not known to node {node.Name}"),
        "" => searchPath,
        var path => $"{path}:{searchPath}",
    };

    private static void WriteConfiguration(string home, string? configuration)
    {
        if (configuration is not null)
        {
            Directory.CreateDirectory(Path.Combine(home, Path.GetDirectoryName(ConfigurationFile)!), OwnerOnly);
            WriteFile(home, ConfigurationFile, configuration);
        }
    }

    private static TaskFilesException NoFolder(Exception error) =>
        new(FailureCause.Data, $"the work directory cannot be made: {error.Message}");

    private async Task<LaunchRequest> PrepareAsync(TaskStart start, TaskWork.Directed directed, FilesProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            var folder = AttemptFolder(start.Attempt);
            var confiner = ApartFor(start);
            var tree = await TreeOfAsync(start, progress, cancellationToken);
            var (user, place) = Apart(confiner, directed, await store.BringAsync(start.Attempt, directed, PlaceOf(folder), progress, cancellationToken));
            var orders = OrdersFor(start, directed, place);
            var programs = start.Version is null ? executables : new RecipeExecutables(SearchPathOf(start));
            var commands = orders.Commands.Select(command => Found(command, directed, tree, programs)).ToImmutableArray();
            if (Directory.Exists(folder))
            {
                // Left by a service that died before it launched this attempt.
                Directory.Delete(folder, recursive: true);
            }

            Directory.CreateDirectory(folder, OwnerOnly);
            new StagedInputs(folder, node.Unpack).Put(orders.Staged, progress);
            MakeOutputFolders(folder, orders.Outputs);
            foreach (var list in orders.Lists)
            {
                WriteFile(folder, list.Path, list.Text);
            }

            WriteConfiguration(folder, start.Settings?.Configuration);
            var request = RequestFor(start, CommandIn(folder, commands), folder, tree);
            return confiner is null ? request : confiner.Recipe(start, request, commands.Select(command => command.Words[0]), user);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NoFolder(error);
        }
    }

    private static (uint User, TaskPlace Place) Apart(Confiner? confiner, TaskWork.Directed directed, TaskPlace place) =>
        confiner?.Bring(directed, place) ?? (0, place);

    private TaskPlace PlaceOf(string folder) => new(node.Name, folder, store.Root);

    private static TaskOrders.Ready OrdersFor(TaskStart start, TaskWork.Directed directed, TaskPlace place) =>
        TaskOrders.For(start, directed, place) switch
        {
            TaskOrders.Ready ready => ready,
            TaskOrders.Impossible impossible => throw new TaskFilesException(FailureCause.Data, impossible.Reason) { Final = true },
            _ => throw new InvalidOperationException("Orders are ready, or it is said why not."),
        };

    /// <summary>Before anything of the attempt is there: a chain must not end in the middle for want of a program.</summary>
    private CommandOrders Found(CommandOrders command, TaskWork.Directed directed, CodeTree? tree, RecipeExecutables programs)
    {
        var program = tree?.Find(command.Words[0]) ?? programs.Find(command.Words[0])
            ?? throw new TaskFilesException(FailureCause.Launch, $"the program '{command.Words[0]}' of {directed.Recipe} is not installed on node {node.Name}");
        return command with { Words = command.Words.SetItem(0, program) };
    }

    private static ImmutableArray<string> CommandIn(string folder, ImmutableArray<CommandOrders> commands)
    {
        if (commands.Length == 1)
        {
            WriteFile(folder, TaskDirections.FileName, commands[0].Directions);
            return commands[0].Words;
        }

        WriteFile(folder, CommandScript.FileName, CommandScript.Write(commands));
        return [Shell, Path.Combine(folder, CommandScript.FileName)];
    }

    /// <summary>A recipe that writes where its output belongs need not make the folder first.</summary>
    private static void MakeOutputFolders(string folder, ImmutableArray<OutputRule> outputs)
    {
        foreach (var inner in outputs.Select(rule => Path.GetDirectoryName(rule.Pattern)).OfType<string>().Where(inner => inner.Length > 0 && !Wildcard.IsPattern(inner)))
        {
            Directory.CreateDirectory(Path.Combine(folder, inner));
        }
    }

    private static void WriteFile(string folder, string path, string text)
    {
        var full = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        using var stream = new FileStream(full, FileMode.CreateNew, FileAccess.Write);
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    private LaunchRequest RequestFor(TaskStart start, ImmutableArray<string> command, string folder, CodeTree? tree) => new(
        start.Attempt,
        command,
        TaskEnvironment.For(start, node.Name, folder, SearchPathOf(start), tree?.Folder),
        folder,
        node.LimitsOf(start));

    private Task<ImmutableArray<OutputFile>> CollectAsync(TaskStart start, TaskWork.Directed directed, FilesProgress progress, CancellationToken cancellationToken)
    {
        var folder = AttemptFolder(start.Attempt);
        TakeBack(start, folder);

        // What the orders say of a file that is in place does not depend on where it came from.
        var orders = OrdersFor(start, directed, PlaceOf(folder));
        return new OutputCollector(start.Attempt, directed, orders, new StagedInputs(folder, node.Unpack), folder, store.OutputsOf(start.Attempt)).CollectAsync(progress, cancellationToken);
    }

    private void TakeBack(TaskStart start, string folder)
    {
        try
        {
            ApartFor(start)?.TakeBack(start.Attempt, folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TaskFilesException(FailureCause.Data, $"what the task left cannot be read: {error.Message}");
        }
    }

    /// <summary>
    /// Tasks of a command share their home, and may be somebody else than we are: once any of them can have begun, nothing is written there any more, or a link that one of them left would lead us
    /// anywhere. So it gets its name when all is in it.
    /// </summary>
    private string JobFolder(JobId job, string? configuration = null)
    {
        if (_jobFolders.TryGetValue(job, out var known))
        {
            return known;
        }

        lock (_jobFolders)
        {
            var work = Path.Combine(dataDirectory, "work");
            var folder = Path.Combine(work, job.ToString());
            if (configuration is null)
            {
                folder = Directory.CreateDirectory(folder, OwnerOnly).FullName;
            }
            else if (!Directory.Exists(folder))
            {
                var half = Path.Combine(work, $".{job}.new");
                if (Directory.Exists(half))
                {
                    Directory.Delete(half, recursive: true);
                }

                Directory.CreateDirectory(half, OwnerOnly);
                WriteConfiguration(half, configuration);
                Directory.Move(half, folder);
            }

            return _jobFolders[job] = folder;
        }
    }

    private string AttemptFolder(AttemptId attempt) => Path.Combine(JobFolder(attempt.Job), FolderName(attempt));

    private static string FolderName(AttemptId attempt) => string.Create(CultureInfo.InvariantCulture, $"{attempt.Task}.{attempt.Number}");
}
