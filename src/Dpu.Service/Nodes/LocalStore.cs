using Dpu.Actors.Nodes;
using Dpu.Cluster.Frontend;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Templates;

namespace Dpu.Service.Nodes;

/// <summary>A store in the node's own file system: nothing is copied, and what was made is moved there.</summary>
/// <param name="root">Absolute.</param>
internal sealed class LocalStore(string root) : INodeStore
{
    public string Root => root;

    public Task<TaskPlace> BringAsync(AttemptId attempt, TaskWork.Directed work, TaskPlace place, FilesProgress progress, CancellationToken cancellationToken) => Task.FromResult(place);

    public IOutputStore OutputsOf(AttemptId attempt) => new Outputs(FolderOf(attempt));

    public Task DiscardAsync(AttemptId attempt, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var saved = FolderOf(attempt);
            if (Directory.Exists(saved))
            {
                Directory.Delete(saved, recursive: true);
            }
        },
        cancellationToken);

    /// <summary>Work directories stay: whoever runs a DPU on one machine looks into them.</summary>
    public void Settled(AttemptId attempt, string workDirectory)
    {
    }

    private string FolderOf(AttemptId attempt) => Path.Combine(root, StoredPath.FolderOf(attempt));

    private sealed class Outputs(string folder) : IOutputStore
    {
        public string Saved => folder;

        public void Check(string source, string place, string shownName) => SavedFile.Check(source, Path.Combine(folder, place), shownName);

        public Task<(long SizeBytes, string Sha256)> SaveAsync(string source, string place, string shownName, FileProgress progress, CancellationToken cancellationToken) =>
            Task.FromResult(SavedFile.MoveTo(source, Path.Combine(folder, place), shownName));
    }
}
