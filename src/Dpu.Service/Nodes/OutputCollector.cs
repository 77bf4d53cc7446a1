using System.Collections.Immutable;
using System.Globalization;
using Dpu.Actors.Nodes;
using Dpu.Cluster.Frontend;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Templates;

namespace Dpu.Service.Nodes;

/// <summary>Brings what an attempt of recipes made to the store.</summary>
/// <param name="attempt">Which.</param>
/// <param name="directed">Its work.</param>
/// <param name="orders">What was put into its work directory, and what its outputs are called.</param>
/// <param name="inputs">Its inputs in the work directory.</param>
/// <param name="folder">Its work directory.</param>
/// <param name="store">Where outputs go.</param>
internal sealed class OutputCollector(
    AttemptId attempt, TaskWork.Directed directed, TaskOrders.Ready orders, StagedInputs inputs, string folder, IOutputStore store)
{
    private const int ResultsFileBytesMax = 64 * 1024 * 1024;

    /// <exception cref="TaskFilesException">An output is missing or cannot be saved; the message is for people.</exception>
    public async Task<ImmutableArray<OutputFile>> CollectAsync(FilesProgress progress, CancellationToken cancellationToken)
    {
        var declared = Declared();
        foreach (var rule in orders.Outputs.Where(rule => rule.Main && !declared.Any(output => output.Type == rule.Type)))
        {
            throw new TaskFilesException(FailureCause.Data, $"{directed.Recipe} ended normally, but made no output '{rule.Name}' of type {rule.Type}");
        }

        RefuseClashes(declared);
        foreach (var output in declared)
        {
            RefuseLinkedFolders(output.Path);
            store.Check(Path.Combine(folder, output.Path), PlaceOf(output), output.Path);
        }

        progress.Begin(declared.Length, declared.Sum(output => LengthOf(output.Path)));
        var saved = ImmutableArray.CreateBuilder<OutputFile>(declared.Length);
        foreach (var output in declared)
        {
            saved.Add(await SaveAsync(output, progress.Next(), cancellationToken));
        }

        return saved.MoveToImmutable();
    }

    /// <summary>What an earlier life of the service saved already is not here any more.</summary>
    private long LengthOf(string path) => new FileInfo(Path.Combine(folder, path)) is { Exists: true } file ? file.Length : 0;

    private ImmutableArray<DeclaredOutput> Declared()
    {
        var results = new FileInfo(Path.Combine(folder, ResultsFile.Name));
        if (results.Exists || results.LinkTarget is not null)
        {
            return ResultsFile.Parse(ReadResults(results.FullName)) switch
            {
                ResultsReading.Listed listed => listed.Outputs,
                ResultsReading.Unusable unusable => throw new TaskFilesException(FailureCause.Data, unusable.Reason),
                _ => throw new InvalidOperationException("A reading lists outputs or says why not."),
            };
        }

        // What was saved before a crash is no longer in the work directory, and was an output all the same.
        var found = ResultsFile.FromPatterns(orders.Outputs, FilesIn(folder).Except(NotMade(), StringComparer.Ordinal).Union(store.Saved is { } saved ? FilesIn(saved) : [], StringComparer.Ordinal), directed.Keys);
        if (orders.Outputs.Any(rule => rule.Folder is not null))
        {
            // In the store its path will be another one: after a crash nobody could tell from that which pattern it had fitted.
            var half = results.FullName + ".half";
            File.WriteAllText(half, ResultsFile.Write(found));
            File.Move(half, results.FullName, overwrite: true);
        }

        return found;
    }

    /// <summary>What was put there for the recipe.</summary>
    private IEnumerable<string> NotMade() =>
    [
        .. orders.Staged.Select(file => file.Target), .. inputs.Unpacked(), .. orders.Lists.Select(list => list.Path), TaskDirections.FileName, CommandScript.FileName,
    ];

    /// <summary>Paths relative to <paramref name="top"/>, no deeper than some pattern reaches; links to folders are not followed.</summary>
    private IEnumerable<string> FilesIn(string top)
    {
        if (!Directory.Exists(top))
        {
            return [];
        }

        var depth = orders.Outputs.Select(rule => rule.Pattern.Count(c => c == '/')).DefaultIfEmpty(0).Max();
        return FilesIn(new DirectoryInfo(top), depth).Select(file => Path.GetRelativePath(top, file.FullName));
    }

    private static IEnumerable<FileInfo> FilesIn(DirectoryInfo top, int depth)
    {
        var inner = depth == 0 ? [] : top.EnumerateDirectories().Where(directory => directory.LinkTarget is null);
        return top.EnumerateFiles().Concat(inner.SelectMany(directory => FilesIn(directory, depth - 1)));
    }

    private static string ReadResults(string path)
    {
        try
        {
            using var stream = RegularFile.Open(path, ResultsFile.Name, followLinks: false);
            if (stream.Length > ResultsFileBytesMax)
            {
                throw new TaskFilesException(FailureCause.Data, $"{ResultsFile.Name} is larger than {ByteSize.Text(ResultsFileBytesMax)}");
            }

            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
        catch (IOException error)
        {
            throw new TaskFilesException(FailureCause.Data, error.Message);
        }
    }

    private async Task<OutputFile> SaveAsync(DeclaredOutput output, FileProgress progress, CancellationToken cancellationToken)
    {
        var place = PlaceOf(output);
        var (size, sha256) = await store.SaveAsync(Path.Combine(folder, output.Path), place, output.Path, progress, cancellationToken);
        progress.Done(size);
        return new OutputFile(
            string.Create(CultureInfo.InvariantCulture, $"{attempt.Job}.{attempt.Task}.{attempt.Number}.{output.Name}"),
            Path.GetFileName(output.Path),
            $"{StoredPath.FolderOf(attempt)}/{place}",
            size,
            sha256,
            output.Type,
            orders.Outputs.Any(rule => rule.Main && rule.Type == output.Type),
            output.Metadata,
            output.DerivedFrom);
    }

    /// <summary>Where it goes in the attempt's folder of the store: where its rule says, else where it was in the work directory.</summary>
    private string PlaceOf(DeclaredOutput output)
    {
        var rule = orders.Outputs.FirstOrDefault(rule => rule.Name == output.Name) ?? orders.Outputs.FirstOrDefault(rule => rule.Type == output.Type);
        return rule?.Folder is { } inner ? Path.Combine(inner, Path.GetFileName(output.Path)) : output.Path;
    }

    private void RefuseClashes(ImmutableArray<DeclaredOutput> declared)
    {
        if (declared.GroupBy(PlaceOf, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } clash)
        {
            throw new TaskFilesException(FailureCause.Data, $"the outputs {string.Join(" and ", clash.Select(output => $"'{output.Path}'"))} would both be '{clash.Key}' in the store");
        }
    }

    /// <summary>A folder inside the work directory that is a link would lead out of it.</summary>
    private void RefuseLinkedFolders(string path)
    {
        for (var parent = Path.GetDirectoryName(path); !string.IsNullOrEmpty(parent); parent = Path.GetDirectoryName(parent))
        {
            if (new DirectoryInfo(Path.Combine(folder, parent)).LinkTarget is not null)
            {
                throw new TaskFilesException(FailureCause.Data, $"the output '{path}' lies behind a link");
            }
        }
    }
}
