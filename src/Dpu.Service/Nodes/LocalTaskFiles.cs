using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Dpu.Actors.Nodes;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;

namespace Dpu.Service.Nodes;

/// <summary>
/// Work directories and the store of a node that shares its disk with the frontend:
/// <c>work/&lt;job&gt;</c> for commands, <c>work/&lt;job&gt;/&lt;task&gt;.&lt;attempt&gt;</c> for recipes,
/// <c>store/&lt;job&gt;/&lt;task&gt;.&lt;attempt&gt;</c> for what they made.
/// </summary>
internal sealed class LocalTaskFiles(string dataDirectory, NodeOptions node, string searchPath, RecipeExecutables executables) : ITaskFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int ResultsFileBytesMax = 64 * 1024 * 1024;

    private readonly ConcurrentDictionary<JobId, string> _jobFolders = [];

    private string Store => Path.Combine(dataDirectory, "store");

    public ValueTask<LaunchRequest> PrepareAsync(TaskStart start, CancellationToken cancellationToken) => start.Work switch
    {
        // A command needs its job's directory only, which is there from its first task on: no detour over another thread.
        TaskWork.OfCommand => PrepareCommand(start),
        TaskWork.Directed directed => new ValueTask<LaunchRequest>(Task.Run(() => Prepare(start, directed), cancellationToken)),
        _ => throw new InvalidOperationException($"A task knows no work {start.Work.GetType().Name}."),
    };

    public Task<ImmutableArray<OutputFile>> CollectAsync(TaskStart start, CancellationToken cancellationToken) =>
        Task.Run(() => Collect(start, (TaskWork.Directed)start.Work), cancellationToken);

    private ValueTask<LaunchRequest> PrepareCommand(TaskStart start)
    {
        try
        {
            return ValueTask.FromResult(RequestFor(start, start.Command, JobFolder(start.Attempt.Job)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Told like any other failure: thrown from here, it would be the failure of the actor that asks.
            return ValueTask.FromException<LaunchRequest>(NoFolder(error));
        }
    }

    private static TaskFilesException NoFolder(Exception error) =>
        new(FailureCause.Data, $"the work directory cannot be made: {error.Message}");

    private LaunchRequest Prepare(TaskStart start, TaskWork.Directed directed)
    {
        var program = executables.Find(start.Command[0])
            ?? throw new TaskFilesException(FailureCause.Launch, $"the program '{start.Command[0]}' of {directed.Recipe} is not installed on node {node.Name}");
        try
        {
            var folder = AttemptFolder(start.Attempt);
            if (Directory.Exists(folder))
            {
                // Left by a service that died before it launched this attempt.
                Directory.Delete(folder, recursive: true);
            }

            Directory.CreateDirectory(folder, OwnerOnly);
            File.WriteAllText(Path.Combine(folder, TaskDirections.FileName), TaskDirections.Write(start, directed, Store));
            return RequestFor(start, start.Command.SetItem(0, program), folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NoFolder(error);
        }
    }

    private LaunchRequest RequestFor(TaskStart start, ImmutableArray<string> command, string folder) => new(
        start.Attempt,
        command,
        TaskEnvironment.For(start, node.Name, folder, searchPath),
        folder,
        node.LimitsOf(start));

    private ImmutableArray<OutputFile> Collect(TaskStart start, TaskWork.Directed directed)
    {
        var folder = AttemptFolder(start.Attempt);
        var saved = Path.Combine(Store, SavedFolder(start.Attempt));
        var declared = Declared(folder, saved, directed);
        foreach (var rule in directed.Outputs.Where(rule => rule.Main && !declared.Any(output => output.Type == rule.Type)))
        {
            throw new TaskFilesException(FailureCause.Data, $"{directed.Recipe} ended normally, but made no output '{rule.Name}' of type {rule.Type}");
        }

        foreach (var output in declared)
        {
            RefuseLinkedFolders(folder, output.Path);
            SavedFile.Check(Path.Combine(folder, output.Path), Path.Combine(saved, output.Path), output.Path);
        }

        return [.. declared.Select(output => Save(start.Attempt, directed, folder, output))];
    }

    private static ImmutableArray<DeclaredOutput> Declared(string folder, string saved, TaskWork.Directed directed)
    {
        var results = new FileInfo(Path.Combine(folder, ResultsFile.Name));
        if (!results.Exists && results.LinkTarget is null)
        {
            // What was saved before a crash is no longer in the work directory, and was an output all the same.
            return ResultsFile.FromPatterns(directed.Outputs, NamesIn(folder).Union(NamesIn(saved), StringComparer.Ordinal), directed.Keys);
        }

        return ResultsFile.Parse(ReadResults(results.FullName)) switch
        {
            ResultsReading.Listed listed => listed.Outputs,
            ResultsReading.Unusable unusable => throw new TaskFilesException(FailureCause.Data, unusable.Reason),
            _ => throw new InvalidOperationException("A reading lists outputs or says why not."),
        };
    }

    private static IEnumerable<string> NamesIn(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Select(Path.GetFileName).OfType<string>() : [];

    private static string ReadResults(string path)
    {
        try
        {
            using var stream = RegularFile.Open(path, ResultsFile.Name, followLinks: false);
            if (stream.Length > ResultsFileBytesMax)
            {
                throw new TaskFilesException(FailureCause.Data, $"{ResultsFile.Name} is larger than {ResultsFileBytesMax / 1048576} MiB");
            }

            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
        catch (IOException error)
        {
            throw new TaskFilesException(FailureCause.Data, error.Message);
        }
    }

    private OutputFile Save(AttemptId attempt, TaskWork.Directed directed, string folder, DeclaredOutput output)
    {
        var relative = Path.Combine(SavedFolder(attempt), output.Path);
        var (size, sha256) = SavedFile.MoveTo(Path.Combine(folder, output.Path), Path.Combine(Store, relative), output.Path);
        return new OutputFile(
            string.Create(CultureInfo.InvariantCulture, $"{attempt.Job}.{attempt.Task}.{attempt.Number}.{output.Name}"),
            Path.GetFileName(output.Path),
            relative,
            size,
            sha256,
            output.Type,
            directed.Outputs.Any(rule => rule.Main && rule.Type == output.Type),
            output.Metadata,
            output.DerivedFrom);
    }

    /// <summary>A folder inside the work directory that is a link would lead out of it.</summary>
    private static void RefuseLinkedFolders(string folder, string path)
    {
        for (var parent = Path.GetDirectoryName(path); !string.IsNullOrEmpty(parent); parent = Path.GetDirectoryName(parent))
        {
            if (new DirectoryInfo(Path.Combine(folder, parent)).LinkTarget is not null)
            {
                throw new TaskFilesException(FailureCause.Data, $"the output '{path}' lies behind a link");
            }
        }
    }

    private string JobFolder(JobId job) => _jobFolders.GetOrAdd(job, id =>
        Directory.CreateDirectory(Path.Combine(dataDirectory, "work", id.ToString()), OwnerOnly).FullName);

    private string AttemptFolder(AttemptId attempt) => Path.Combine(JobFolder(attempt.Job), FolderName(attempt));

    /// <summary>Relative to the store.</summary>
    private static string SavedFolder(AttemptId attempt) => Path.Combine(attempt.Job.ToString(), FolderName(attempt));

    private static string FolderName(AttemptId attempt) => string.Create(CultureInfo.InvariantCulture, $"{attempt.Task}.{attempt.Number}");
}
