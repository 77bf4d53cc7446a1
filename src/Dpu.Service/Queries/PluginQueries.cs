using System.Collections.Immutable;
using System.Security.Cryptography;
using Dpu.Actors.Catalog;
using Dpu.Actors.Frontend;
using Dpu.Domain.Catalog;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Dpu.Journal.Catalog;
using Dpu.Kernel;
using Dpu.Service.Nodes;

namespace Dpu.Service.Queries;

/// <summary>Runs the plug-in queries of pipelines, and finds the files that their rows name.</summary>
internal sealed class PluginQueries(
    string dataDirectory,
    string searchPath,
    long outputBytesMax,
    int atOnceMax,
    RecipeExecutables executables,
    ICatalog files,
    IActorRef<CatalogMessage> catalog,
    ActorSystem system,
    TimeSpan answerTimeout) : IPluginQueries, IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int IdHexDigits = 20;

    private readonly QueryProcess _process = new(searchPath, outputBytesMax);
    private readonly SemaphoreSlim _turn = new(atOnceMax);

    public async Task<Checked<QueriedRows>> RunAsync(string pipeline, RowQuery.Plugin query, ImmutableArray<string> arguments, FileScope scope, CancellationToken cancellationToken)
    {
        if (executables.Find(query.Command[0]) is not { } program)
        {
            return Refuse($"The query of {pipeline} cannot run here: {executables.WhyMissing(query.Command[0])}.");
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            var end = await RunAsync([program, .. query.Command.Skip(1), .. arguments], query.Time, cancellationToken);
            return end switch
            {
                QueryEnd.Failed failed => Refuse($"The query of {pipeline} failed: {failed.Reason}."),
                QueryEnd.Printed printed => PrintedRows.Parse(pipeline, printed.Output).TryGet(out var read, out var errors)
                    ? await FindFilesAsync(pipeline, read.Rows, scope, cancellationToken)
                    : new Checked<QueriedRows>.Refused(errors),
                _ => throw new InvalidOperationException("A query prints something or fails."),
            };
        }
        finally
        {
            _turn.Release();
        }
    }

    public Task RegisterAsync(ImmutableArray<CatalogFile> fresh, CancellationToken cancellationToken) =>
        catalog.AskAsync<CatalogMessage, FilesRegistered>(system, replyTo => new CatalogMessage.Register(fresh, replyTo), answerTimeout, cancellationToken);

    public void Dispose() => _turn.Dispose();

    private static Checked<QueriedRows>.Refused Refuse(string message) => new([new SubmissionError(SubmissionErrors.QueryFailed, message)]);

    private async Task<QueryEnd> RunAsync(ImmutableArray<string> command, TimeSpan time, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(dataDirectory, "queries", Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder, OwnerOnly);
        try
        {
            return await _process.RunAsync(command, folder, time, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<Checked<QueriedRows>> FindFilesAsync(string pipeline, ImmutableArray<PrintedRow> rows, FileScope scope, CancellationToken cancellationToken)
    {
        var known = new Dictionary<PrintedFile, CatalogFile>();
        var problems = new Dictionary<PrintedFile, string>();
        var unknown = new List<PrintedFile>();
        foreach (var named in rows.Select(row => row.File).Distinct())
        {
            if (await KnownAsync(named, scope, cancellationToken) is { } file)
            {
                known.Add(named, file);
                AddProblem(problems, named, scope.Includes(file) ? WhyUnusable(file) : null);
            }
            else if (named.IsId || InStore(named.Text) is not null)
            {
                // What lies in the store without being registered is nobody's: an attempt that failed, or one that was taken back.
                problems.Add(named, RowFiles.WhyNotThere(named));
            }
            else
            {
                unknown.Add(named);
            }
        }

        var found = await Task.Run(() => ReadAll(unknown, problems, cancellationToken), cancellationToken);
        foreach (var same in await files.GetAsync([.. found.Values.Select(file => file.Id).Distinct()], cancellationToken))
        {
            // The same content under another name: registered once, and so the same file.
            foreach (var named in found.Where(pair => pair.Value.Id == same.Id).Select(pair => pair.Key).ToList())
            {
                known[named] = same;
            }
        }

        return RowFiles.Join(pipeline, rows, new FileFindings(known, found, problems), scope, system.Time.GetUtcNow());
    }

    /// <summary>Files in the store are registered by where they lie in it. One that the job may not read is told all the same, so that nobody takes it for a new one.</summary>
    private async Task<CatalogFile?> KnownAsync(PrintedFile named, FileScope scope, CancellationToken cancellationToken)
    {
        if (named.IsId)
        {
            return (await files.GetAsync([named.Text], cancellationToken)).FirstOrDefault();
        }

        var path = InStore(named.Text) ?? named.Text;
        return await files.FindAsync(path, scope, cancellationToken)
            ?? (await files.FindAsync(path, cancellationToken) is { } hidden && hidden.Path == path ? hidden : null);
    }

    /// <summary>Where in the store a path leads; null for elsewhere.</summary>
    private string? InStore(string path)
    {
        var store = Path.Combine(dataDirectory, "store") + "/";
        return Path.IsPathRooted(path) && Path.GetFullPath(path) is var full && full.StartsWith(store, StringComparison.Ordinal) ? full[store.Length..] : null;
    }

    private string? WhyUnusable(CatalogFile file)
    {
        var info = new FileInfo(Path.Combine(dataDirectory, "store", file.Path));
        return (file.Committed, info.Exists) switch
        {
            (false, _) => $"{file.Name} was not committed: only its own job may read it",
            (_, false) => $"{info.FullName} is registered, but is not there any more",
            _ => info.Length == file.SizeBytes ? null : $"{info.FullName} has {info.Length} bytes, but had {file.SizeBytes} when it was registered",
        };
    }

    private static Dictionary<PrintedFile, FoundFile> ReadAll(List<PrintedFile> unknown, Dictionary<PrintedFile, string> problems, CancellationToken cancellationToken)
    {
        var found = new Dictionary<PrintedFile, FoundFile>();
        foreach (var named in unknown)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                using var stream = RegularFile.Open(named.Text, named.Text, followLinks: true);
                var sha256 = Convert.ToHexStringLower(SHA256.HashData(stream));
                found.Add(named, new FoundFile($"raw-{sha256[..IdHexDigits]}", stream.Length, sha256));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                problems.Add(named, error.Message);
            }
        }

        return found;
    }

    private static void AddProblem(Dictionary<PrintedFile, string> problems, PrintedFile named, string? problem)
    {
        if (problem is not null)
        {
            problems.Add(named, problem);
        }
    }
}
