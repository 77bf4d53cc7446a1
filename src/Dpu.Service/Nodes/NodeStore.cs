using System.Collections.Immutable;
using Dpu.Actors.Nodes;
using Dpu.Cluster.Links;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Templates;

namespace Dpu.Service.Nodes;

/// <summary>
/// The store as a node on another host finds it: in a shared file system when the frontend's probe file is there, else behind the frontend. Each link may come from another
/// frontend, so it is looked at anew.
/// </summary>
/// <param name="terms">Of the newest link; null before the first.</param>
/// <param name="remote">For what is not shared.</param>
internal sealed class NodeStore(Func<LinkTerms?> terms, RemoteStore remote) : INodeStore
{
    private volatile Seen? _seen;

    public string Root => Shared()?.Root ?? remote.Root;

    /// <summary>
    /// Inputs that were ingested lie anywhere: where the file system is shared in part, those are brought that are not here. Another file may have the same path
    /// here, which at least its size tells.
    /// </summary>
    public async Task<TaskPlace> BringAsync(AttemptId attempt, TaskWork.Directed work, TaskPlace place, FilesProgress progress, CancellationToken cancellationToken)
    {
        var missing = ImmutableArray.CreateBuilder<InputFile>();
        foreach (var file in RemoteStore.FilesOf(work))
        {
            if (place.Store == remote.Root || !await IsHereAsync(attempt, file, place.Store, cancellationToken))
            {
                missing.Add(file);
            }
        }

        return missing.Count == 0 ? place : await remote.BringAsync(attempt, missing, place, progress, cancellationToken);
    }

    public IOutputStore OutputsOf(AttemptId attempt) => Shared()?.OutputsOf(attempt) ?? remote.OutputsOf(attempt);

    public Task DiscardAsync(AttemptId attempt, CancellationToken cancellationToken) => Shared()?.DiscardAsync(attempt, cancellationToken) ?? Task.CompletedTask;

    public void Settled(AttemptId attempt, string workDirectory) => remote.Settled(attempt, workDirectory);

    private async Task<bool> IsHereAsync(AttemptId attempt, InputFile file, string store, CancellationToken cancellationToken)
    {
        var here = new FileInfo(Path.Combine(store, file.Path));
        return here.Exists && (!Path.IsPathRooted(file.Path) || RegularFile.LengthOf(here) == await remote.SizeOfAsync(attempt, file, cancellationToken));
    }

    private LocalStore? Shared()
    {
        var probe = terms()?.Store;
        if (probe is null)
        {
            return null;
        }

        if (_seen?.Probe != probe)
        {
            _seen = new Seen(probe, IsShared(probe) ? new LocalStore(probe.Store) : null);
        }

        return _seen.Store;
    }

    private static bool IsShared(StoreProbe probe)
    {
        try
        {
            return File.ReadAllText(Path.Combine(probe.Store, probe.ProbeFile)) == probe.Text;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The usual case on another host: there is no such file.
            return false;
        }
    }

    private sealed record Seen(StoreProbe Probe, LocalStore? Store);
}
