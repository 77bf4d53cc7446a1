using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dpu.Cluster.Frontend;
using Dpu.Domain.Jobs;

namespace Dpu.Service.Staging;

/// <summary>A file that a node brings.</summary>
/// <param name="Attempt">Whose output it is.</param>
/// <param name="Path">Relative to the attempt's folder in the store, without a flaw.</param>
/// <param name="SizeBytes">How long all of it is.</param>
/// <param name="Sha256">What its checksum will be.</param>
internal sealed record ArrivingFile(AttemptId Attempt, string Path, long SizeBytes, string Sha256);

/// <summary>What became of bytes that a node sent.</summary>
internal abstract record Arrival
{
    private Arrival()
    {
    }

    /// <summary>The whole file is in the store.</summary>
    public sealed record Whole : Arrival;

    /// <summary>What came was kept, and more is to come.</summary>
    public sealed record Part(long ReceivedBytes) : Arrival;

    /// <summary>It has another beginning than the node goes on from.</summary>
    public sealed record Elsewhere(long ReceivedBytes) : Arrival;

    /// <summary>Another request brings it at this moment.</summary>
    public sealed record Busy : Arrival;

    /// <summary>Its bytes do not have the checksum that was declared; they are gone.</summary>
    public sealed record Different(string Sha256) : Arrival;

    /// <summary>More bytes came than were declared; all are gone.</summary>
    public sealed record TooLong : Arrival;

    /// <summary>It cannot have this name: something else has it, or it lies behind a link.</summary>
    public sealed record NoPlace(string Reason) : Arrival;

    /// <summary>The disk is full.</summary>
    public sealed record NoRoom(string Reason) : Arrival;
}

/// <summary>What becomes of an attempt's outputs.</summary>
internal enum OutputsFate
{
    /// <summary>It runs: nobody knows yet.</summary>
    Open,

    /// <summary>They are registered, or will be when somebody releases them.</summary>
    Kept,

    /// <summary>It failed, was lost, or is not known: nobody will ever register them.</summary>
    Unwanted,
}

/// <summary>
/// Receives outputs of nodes that do not share the store's file system. Until a file is whole and its checksum right it lies in <c>.arriving</c> in the store, where an
/// interrupted transfer goes on; then it is moved to its name in one step. A receipt stays beside it until the attempt is settled: it says what arrived, also
/// after a restart. Safe for use by several threads.
/// </summary>
/// <param name="store">The store; absolute.</param>
/// <param name="fateOf">What becomes of an attempt's outputs, as far as it is durable.</param>
internal sealed class ArrivingOutputs(string store, Func<AttemptId, CancellationToken, Task<OutputsFate>> fateOf) : IBroughtOutputs
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int CopyBytes = 1 << 17;

    private readonly string _arriving = Path.Combine(store, ".arriving");
    private readonly ConcurrentDictionary<string, bool> _busy = new(StringComparer.Ordinal);

    /// <summary>How much of a file is there, from its beginning on. All of it may be there and the file not be in its place yet: <see cref="IsWhole"/> tells.</summary>
    public long ReceivedBytes(ArrivingFile file) =>
        IsWhole(file) ? file.SizeBytes : new FileInfo(PartOf(file)) is { Exists: true } part ? part.Length : 0;

    /// <summary>Whether it is in its place, and its checksum was right.</summary>
    public bool IsWhole(ArrivingFile file) =>
        new FileInfo(PlaceOf(file.Attempt, file.Path)) is { Exists: true } place && place.Length == file.SizeBytes && ReceiptOf(file.Attempt, file.Path) == file.Sha256;

    /// <summary>Takes bytes of a file from <paramref name="offset"/> on; what was there behind that is forgotten.</summary>
    /// <exception cref="IOException">The sender or the disk failed; what arrived is kept.</exception>
    public async Task<Arrival> ReceiveAsync(ArrivingFile file, long offset, Stream bytes, CancellationToken cancellationToken)
    {
        var part = PartOf(file);
        if (!_busy.TryAdd(part, true))
        {
            return new Arrival.Busy();
        }

        try
        {
            return await TakeAsync(file, part, offset, bytes, cancellationToken);
        }
        catch (IOException error) when (DurableFile.IsFull(error))
        {
            File.Delete(part);
            return new Arrival.NoRoom(DurableFile.WhyNoRoom(store, file.SizeBytes) ?? $"there is no room in {store}: {ByteSize.Text(file.SizeBytes)} are needed");
        }
        finally
        {
            _busy.TryRemove(part, out _);
        }
    }

    /// <inheritdoc/>
    public Task<BroughtOutput?> FindAsync(AttemptId attempt, string path, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var found = new FileInfo(PlaceOf(attempt, path));
            return found is { Exists: true, LinkTarget: null } && WhyNoPlace(attempt, path) is null ? new BroughtOutput(found.Length, ReceiptOf(attempt, path)) : null;
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task CloseAsync(AttemptId attempt, CancellationToken cancellationToken)
    {
        var fate = await fateOf(attempt, cancellationToken);
        if (fate == OutputsFate.Open)
        {
            return;
        }

        if (fate == OutputsFate.Unwanted)
        {
            await Task.Run(() => Remove(Path.Combine(store, StoredPath.FolderOf(attempt))), cancellationToken);
        }

        // Last: until then the next start of the service finds what is to be tidied up.
        await Task.Run(() => Remove(FolderOf(attempt)), cancellationToken);
    }

    /// <summary>Attempts that nodes have brought something for and that were not closed since.</summary>
    public IEnumerable<AttemptId> Open()
    {
        foreach (var folder in Directory.Exists(_arriving) ? Directory.GetDirectories(_arriving) : [])
        {
            if (AttemptId.TryParse(Path.GetFileName(folder).Replace('.', '/'), out var attempt))
            {
                yield return attempt;
            }
        }
    }

    private async Task<Arrival> TakeAsync(ArrivingFile file, string part, long offset, Stream bytes, CancellationToken cancellationToken)
    {
        var received = ReceivedBytes(file);
        if (IsWhole(file))
        {
            return new Arrival.Whole();
        }

        if (offset > received)
        {
            return new Arrival.Elsewhere(received);
        }

        if (WhyNoPlace(file.Attempt, file.Path) is { } reason)
        {
            return new Arrival.NoPlace(reason);
        }

        Directory.CreateDirectory(FolderOf(file.Attempt), OwnerOnly);
        if (DurableFile.WhyNoRoom(store, file.SizeBytes - offset) is { } need)
        {
            return new Arrival.NoRoom(need);
        }

        var (length, sha256) = await WriteAsync(file, part, offset, bytes, cancellationToken);
        if (length < file.SizeBytes)
        {
            return new Arrival.Part(length);
        }

        if (length > file.SizeBytes)
        {
            File.Delete(part);
            return new Arrival.TooLong();
        }

        if (sha256 != file.Sha256)
        {
            File.Delete(part);
            return new Arrival.Different(sha256);
        }

        PutInPlace(file, part);
        return new Arrival.Whole();
    }

    /// <summary>Length and checksum of all that is there then, or a length that is too long.</summary>
    private static async Task<(long Length, string Sha256)> WriteAsync(ArrivingFile file, string part, long offset, Stream bytes, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(part, offset == 0 ? FileMode.Create : FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, useAsync: true);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[CopyBytes];
        for (int read; stream.Position < offset && (read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(CopyBytes, offset - stream.Position)), cancellationToken)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
        }

        stream.SetLength(offset);
        for (int read; (read = await bytes.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (stream.Position + read > file.SizeBytes)
            {
                return (stream.Position + read, "");
            }

            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            hash.AppendData(buffer, 0, read);
        }

        stream.Flush(flushToDisk: true);
        return (stream.Position, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>The receipt comes first: a file without one is taken for what a node wrote that shares the store's file system.</summary>
    private void PutInPlace(ArrivingFile file, string part)
    {
        var place = PlaceOf(file.Attempt, file.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.WriteAllText(ReceiptPathOf(file.Attempt, file.Path), file.Sha256);
        DurableFile.MoveTo(part, place);
    }

    private string? ReceiptOf(AttemptId attempt, string path) => ReceiptPathOf(attempt, path) is var receipt && File.Exists(receipt) ? File.ReadAllText(receipt) : null;

    /// <summary>Nothing is written behind a link, whoever put it there.</summary>
    private string? WhyNoPlace(AttemptId attempt, string path)
    {
        var place = PlaceOf(attempt, path);
        if (Directory.Exists(place) || new FileInfo(place).LinkTarget is not null)
        {
            return $"'{path}' is a folder or a link in the store already";
        }

        for (var parent = Path.GetDirectoryName(place)!; parent.Length > store.Length; parent = Path.GetDirectoryName(parent)!)
        {
            if (new DirectoryInfo(parent).LinkTarget is not null || File.Exists(parent))
            {
                return $"'{path}' lies behind a file or a link in the store";
            }
        }

        return null;
    }

    private string PlaceOf(AttemptId attempt, string path) => Path.Combine(store, StoredPath.FolderOf(attempt), path);

    private string FolderOf(AttemptId attempt) =>
        Path.Combine(_arriving, string.Create(CultureInfo.InvariantCulture, $"{attempt.Job}.{attempt.Task}.{attempt.Number}"));

    private string PartOf(ArrivingFile file) => Path.Combine(FolderOf(file.Attempt), $"{NameOf(file.Path)}.{file.Sha256}.part");

    private string ReceiptPathOf(AttemptId attempt, string path) => Path.Combine(FolderOf(attempt), $"{NameOf(path)}.receipt");

    /// <summary>A name that any path can have.</summary>
    private static string NameOf(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..32];

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
