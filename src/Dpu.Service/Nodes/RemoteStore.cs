using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Dpu.Actors.Nodes;
using Dpu.Cluster.Frontend;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Templates;

namespace Dpu.Service.Nodes;

/// <summary>A store behind a frontend: inputs come over HTTP through a cache, outputs go over HTTP, and stay here until their attempt is settled.</summary>
/// <param name="root">Where paths in directions begin that nobody brought; there is nothing.</param>
/// <param name="client">Brings and takes.</param>
/// <param name="cache">Holds inputs.</param>
/// <param name="leavings">Removes what settled attempts leave.</param>
internal sealed class RemoteStore(string root, StagingClient client, InputCache cache, Leavings leavings) : INodeStore
{
    private const int AtOnce = 4;

    public string Root => root;

    public Task<TaskPlace> BringAsync(AttemptId attempt, TaskWork.Directed work, TaskPlace place, FilesProgress progress, CancellationToken cancellationToken) =>
        BringAsync(attempt, FilesOf(work), place, progress, cancellationToken);

    /// <summary>Brings these of its inputs.</summary>
    public async Task<TaskPlace> BringAsync(AttemptId attempt, IEnumerable<InputFile> files, TaskPlace place, FilesProgress progress, CancellationToken cancellationToken)
    {
        // A folder for each: files of the same name may come from different places, and a recipe reads meaning from names.
        var links = files.Select((file, index) => (file.Id, Target: Path.Combine(
            Leavings.InputsOf(place.WorkDirectory), index.ToString(CultureInfo.InvariantCulture), Path.GetFileName(file.Path)))).ToImmutableArray();
        var some = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        progress.Begin(links.Length, null);
        var inputs = new RemoteInput[links.Length];
        await Parallel.ForAsync(0, links.Length, some, async (index, stopping) => inputs[index] = await client.FindInputAsync(attempt, links[index].Id, stopping));

        // Only now it is known how much it is; to ask for that first takes no request more.
        progress.Begin(links.Length, inputs.Sum(input => input.SizeBytes));
        await Parallel.ForAsync(0, links.Length, some, async (index, stopping) =>
            await cache.LinkAsync(attempt, links[index].Id, inputs[index], links[index].Target, progress.Next(), stopping));
        return place with { Brought = links.ToImmutableDictionary(link => link.Id, link => link.Target, StringComparer.Ordinal) };
    }

    /// <summary>How long an input is, as it was registered.</summary>
    /// <exception cref="TaskFilesException">The frontend does not have it.</exception>
    public async Task<long> SizeOfAsync(AttemptId attempt, InputFile file, CancellationToken cancellationToken) =>
        (await client.FindInputAsync(attempt, file.Id, cancellationToken)).SizeBytes;

    public static IEnumerable<InputFile> FilesOf(TaskWork.Directed work) => work.Inputs.Values.SelectMany(files => files).DistinctBy(file => file.Id, StringComparer.Ordinal);

    public IOutputStore OutputsOf(AttemptId attempt) => new Outputs(attempt, client);

    /// <summary>What had arrived at the frontend, the frontend removes.</summary>
    public Task DiscardAsync(AttemptId attempt, CancellationToken cancellationToken) => Task.CompletedTask;

    public void Settled(AttemptId attempt, string workDirectory) => leavings.Add(workDirectory);

    private sealed class Outputs(AttemptId attempt, StagingClient client) : IOutputStore
    {
        public string? Saved => null;

        public void Check(string source, string place, string shownName)
        {
            if (StoredPath.FlawOf(place) is { } flaw)
            {
                throw new TaskFilesException(FailureCause.Data, $"the output '{shownName}' cannot be saved as '{place}': {flaw}");
            }

            SavedFile.Check(source, source, shownName);
        }

        public async Task<(long SizeBytes, string Sha256)> SaveAsync(string source, string place, string shownName, FileProgress progress, CancellationToken cancellationToken)
        {
            try
            {
                await using var file = RegularFile.Open(source, $"'{shownName}'", followLinks: false);
                var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
                var size = file.Position;
                await client.UploadAsync(attempt, place, file, size, sha256, progress, cancellationToken);
                return (size, sha256);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new TaskFilesException(FailureCause.Data, $"the output '{shownName}' cannot be saved: {error.Message}");
            }
        }
    }
}
