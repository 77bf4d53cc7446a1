using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;
using Dpu.Domain.Users;
using Dpu.Service.Staging;

namespace Dpu.Service.Shipping;

/// <summary>
/// The archives of code that users brought, each once, named for its content: <c>&lt;sha256&gt;.zip</c>. What has that name is whole, durable and keeps all rules. Beside it,
/// <c>&lt;sha256&gt;.by</c> says who brought it: for everybody else it is not there, so that a checksum that somebody sees beside a file opens nobody's code. Safe for use by several threads.
/// </summary>
/// <param name="folder">Where they are; nobody else writes there.</param>
/// <param name="settings">What bounds them.</param>
/// <param name="time">For what was used when.</param>
internal sealed class CodeStore(string folder, CodeSettings settings, TimeProvider time) : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string ArchiveSuffix = ".zip";
    private const string UsersSuffix = ".by";
    private const string ArrivingSuffix = ".arriving";
    private const int CopyBytes = 1 << 17;
    private const int AtOnce = 4;

    private readonly SemaphoreSlim _arriving = new(AtOnce);
    private readonly Lock _gate = new();

    /// <summary>What one archive may hold.</summary>
    public ArchiveLimits Limits => settings.Archive;

    /// <summary>Whether a text can be the name of an archive: 64 lower-case hexadecimal digits.</summary>
    public static bool IsSha256(string? text) => text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Where an archive is, or would be.</summary>
    public string PathOf(string sha256) => Path.Combine(folder, sha256 + ArchiveSuffix);

    /// <summary>An archive that this caller brought before; null when he did not. It counts as used now.</summary>
    public ShippedCode? Find(string sha256, Caller caller)
    {
        lock (_gate)
        {
            var file = new FileInfo(PathOf(sha256));
            if (!file.Exists || !(caller.Type == UserType.Operator || (caller.Name is { } name && File.Exists(MarkOf(sha256, name)))))
            {
                return null;
            }

            file.LastWriteTimeUtc = time.GetUtcNow().UtcDateTime;
            return new ShippedCode(sha256, file.Length);
        }
    }

    /// <summary>What is in an archive that is here.</summary>
    /// <exception cref="ArchiveRefusedException">It is damaged, or breaks rules that were made since.</exception>
    public CodeInfo Describe(ShippedCode code)
    {
        using var archive = CodeArchive.Open(PathOf(code.Sha256), settings.Archive);
        return InfoOf(archive, code);
    }

    /// <summary>Takes an archive: while it comes, its length and its checksum are watched; then its content is read once. Nothing of it is left unless it is taken.</summary>
    /// <exception cref="IOException">The sender or the disk failed.</exception>
    public async Task<CodeArrival> ReceiveAsync(string sha256, long? announcedBytes, Stream body, string user, CancellationToken cancellationToken)
    {
        if (announcedBytes > settings.SizeMaxBytes)
        {
            return new CodeArrival.TooLong(settings.SizeMaxBytes);
        }

        await _arriving.WaitAsync(cancellationToken);
        Directory.CreateDirectory(folder, OwnerOnly);
        var part = Path.Combine(folder, $".{Guid.NewGuid():N}{ArrivingSuffix}");
        try
        {
            return WhyNoRoom(sha256, announcedBytes ?? 0) is { } reason ? new CodeArrival.NoRoom(reason) : await TakeAsync(sha256, part, body, user, cancellationToken);
        }
        catch (IOException error) when (DurableFile.IsFull(error))
        {
            return new CodeArrival.NoRoom($"the disk of {folder} is full");
        }
        finally
        {
            File.Delete(part);
            _arriving.Release();
        }
    }

    public void Dispose() => _arriving.Dispose();

    /// <summary>Removes what a service that was killed left half-arrived, and archives that nothing names and nobody has used for a while.</summary>
    /// <param name="named">The checksums that jobs and files name.</param>
    /// <returns>What was removed.</returns>
    public IReadOnlyList<string> Tidy(IReadOnlySet<string> named)
    {
        var removed = new List<string>();
        foreach (var file in Directory.Exists(folder) ? new DirectoryInfo(folder).GetFiles() : [])
        {
            lock (_gate)
            {
                file.Refresh();
                var sha256 = Path.GetFileNameWithoutExtension(file.Name);
                var isUnused = file.Exists && time.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc > settings.KeepUnused;
                if (file.Extension == ArrivingSuffix && isUnused)
                {
                    file.Delete();
                }
                else if (file.Extension == ArchiveSuffix && isUnused && !named.Contains(sha256))
                {
                    file.Delete();
                    RemoveUsers(sha256);
                    removed.Add(sha256);
                }
            }
        }

        return removed;
    }

    private async Task<CodeArrival> TakeAsync(string sha256, string part, Stream body, string user, CancellationToken cancellationToken)
    {
        var (length, found) = await WriteAsync(part, body, cancellationToken);
        if (length > settings.SizeMaxBytes)
        {
            return new CodeArrival.TooLong(settings.SizeMaxBytes);
        }

        if (found != sha256)
        {
            return new CodeArrival.Different(found);
        }

        try
        {
            // To read a gigabyte takes seconds: not on the thread that answers.
            var info = await Task.Run(() => Check(part, new ShippedCode(sha256, length), cancellationToken), cancellationToken);
            return PutInPlace(part, info, user);
        }
        catch (ArchiveRefusedException refused)
        {
            return new CodeArrival.Refused(refused.Message);
        }
    }

    /// <summary>Length and checksum of what came, or a length that is too long.</summary>
    private async Task<(long Length, string Sha256)> WriteAsync(string part, Stream body, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[CopyBytes];
        for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (stream.Position + read > settings.SizeMaxBytes)
            {
                return (stream.Position + read, "");
            }

            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            hash.AppendData(buffer, 0, read);
        }

        stream.Flush(flushToDisk: true);
        return (stream.Position, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private CodeInfo Check(string path, ShippedCode code, CancellationToken cancellationToken)
    {
        using var archive = CodeArchive.Open(path, settings.Archive);
        archive.CheckContent(cancellationToken);
        return InfoOf(archive, code);
    }

    private static CodeInfo InfoOf(CodeArchive archive, ShippedCode code) => new(
        code.Sha256,
        code.SizeBytes,
        archive.Files.Count(),
        archive.UnpackedBytes,
        [.. archive.Files.Select(file => file.Told.Name).Where(TreeRecipes.IsRecipesFile).Order(StringComparer.Ordinal)]);

    /// <summary>Two that bring the same at once both succeed: the second finds it there. Who brought it is written before it has its name.</summary>
    private CodeArrival PutInPlace(string part, CodeInfo info, string user)
    {
        lock (_gate)
        {
            if (WhyNoRoom(info.Sha256, info.SizeBytes) is { } reason)
            {
                return new CodeArrival.NoRoom(reason);
            }

            Directory.CreateDirectory(UsersOf(info.Sha256), OwnerOnly);
            File.WriteAllText(MarkOf(info.Sha256, user), "");
            var isNew = !File.Exists(PathOf(info.Sha256));
            File.SetLastWriteTimeUtc(part, time.GetUtcNow().UtcDateTime);
            DurableFile.MoveTo(part, PathOf(info.Sha256));
            return new CodeArrival.Here(info, isNew);
        }
    }

    private string? WhyNoRoom(string sha256, long bytes)
    {
        if (File.Exists(PathOf(sha256)))
        {
            return null;
        }

        var held = new DirectoryInfo(folder).EnumerateFiles("*" + ArchiveSuffix).Sum(file => file.Length);
        return held + bytes > settings.StoreMaxBytes
            ? string.Create(CultureInfo.InvariantCulture, $"{ByteSize.Text(held)} of code are kept already, and dpu.code.store-max is {ByteSize.Text(settings.StoreMaxBytes)}")
            : DurableFile.WhyNoRoom(folder, bytes);
    }

    private void RemoveUsers(string sha256)
    {
        if (Directory.Exists(UsersOf(sha256)))
        {
            Directory.Delete(UsersOf(sha256), recursive: true);
        }
    }

    private string UsersOf(string sha256) => Path.Combine(folder, sha256 + UsersSuffix);

    /// <summary>A name that any user can have.</summary>
    private string MarkOf(string sha256, string user) => Path.Combine(UsersOf(sha256), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(user))));
}
