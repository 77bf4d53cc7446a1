using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
using Dpu.Service.Staging;

namespace Dpu.Service.Nodes;

/// <summary>
/// Inputs that were brought to this node, each once, named for its content (SHA-256). Attempts get links to it; what is linked stays, the rest goes when there is
/// too much of it, what was not used for longest first. Safe for use by several threads.
/// </summary>
/// <param name="folder">Where they are; nobody else writes there.</param>
/// <param name="bytesMax">How much it may hold, beyond what is linked.</param>
/// <param name="links">All links that attempts hold: full paths.</param>
/// <param name="client">Brings them.</param>
/// <param name="time">For what was used when.</param>
internal sealed class InputCache(string folder, long bytesMax, Func<IEnumerable<string>> links, StagingClient client, TimeProvider time)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>No recipe changes through its link what others read.</summary>
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const string PartSuffix = ".part";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Turn> _turns = new(StringComparer.Ordinal);

    /// <summary>Puts a link to an input at <paramref name="target"/>, and brings the file here before if need be.</summary>
    /// <exception cref="TaskFilesException">The frontend does not have it.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public async Task LinkAsync(AttemptId attempt, string id, RemoteInput input, string target, FileProgress progress, CancellationToken cancellationToken)
    {
        var turn = Enter(input.Sha256);
        try
        {
            await turn.Gate.WaitAsync(cancellationToken);
            try
            {
                if (!TryLink(input, target))
                {
                    await FetchAsync(attempt, id, input, progress, cancellationToken);
                    _ = TryLink(input, target) ? true : throw new IOException($"{PathOf(input)} is gone a moment after it was brought there");
                }

                progress.Done(input.SizeBytes);
            }
            finally
            {
                turn.Gate.Release();
            }
        }
        finally
        {
            Leave(input.Sha256, turn);
        }
    }

    /// <summary>Whoever wants the same content at the same time waits until it is here.</summary>
    private Turn Enter(string sha256)
    {
        lock (_gate)
        {
            if (!_turns.TryGetValue(sha256, out var turn))
            {
                _turns.Add(sha256, turn = new Turn());
            }

            turn.Users++;
            return turn;
        }
    }

    private void Leave(string sha256, Turn turn)
    {
        lock (_gate)
        {
            if (--turn.Users == 0)
            {
                _turns.Remove(sha256);
                turn.Gate.Dispose();
            }
        }
    }

    private async Task FetchAsync(AttemptId attempt, string id, RemoteInput input, FileProgress progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder, OwnerOnly);
        var path = PathOf(input);
        var part = path + PartSuffix;
        MakeRoom(input.SizeBytes - (new FileInfo(part) is { Exists: true } begun ? begun.Length : 0));
        await client.DownloadAsync(attempt, id, input, part, progress, cancellationToken);
        File.SetUnixFileMode(part, ReadOnly);
        lock (_gate)
        {
            DurableFile.MoveTo(part, path);
        }
    }

    /// <summary>False when it is not here, or not as long as it should be.</summary>
    private bool TryLink(RemoteInput input, string target)
    {
        lock (_gate)
        {
            var file = new FileInfo(PathOf(input));
            if (!file.Exists)
            {
                return false;
            }

            if (file.Length != input.SizeBytes)
            {
                file.Delete();
                return false;
            }

            file.LastAccessTimeUtc = time.GetUtcNow().UtcDateTime;
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Delete(target);
            File.CreateSymbolicLink(target, file.FullName);
            return true;
        }
    }

    private void MakeRoom(long bytes)
    {
        lock (_gate)
        {
            var files = new DirectoryInfo(folder).GetFiles();
            var held = files.Sum(file => file.Length);
            var excess = Math.Max(held + bytes - bytesMax, bytes - new DriveInfo(folder).AvailableFreeSpace);
            if (excess <= 0)
            {
                return;
            }

            var linked = links().Select(link => new FileInfo(link).LinkTarget).ToHashSet(StringComparer.Ordinal);
            foreach (var file in files.Where(file => !linked.Contains(file.FullName) && !IsBeingBrought(file.Name)).OrderBy(file => file.LastAccessTimeUtc))
            {
                if (excess <= 0)
                {
                    return;
                }

                excess -= file.Length;
                file.Delete();
            }
        }

        if (DurableFile.WhyNoRoom(folder, bytes) is { } reason)
        {
            throw new IOException(reason);
        }
    }

    private bool IsBeingBrought(string name) => _turns.ContainsKey(Path.GetFileNameWithoutExtension(name));

    private string PathOf(RemoteInput input) => Path.Combine(folder, input.Sha256);

    private sealed class Turn
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public int Users { get; set; }
    }
}
