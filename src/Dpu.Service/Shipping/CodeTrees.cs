using System.Collections.Concurrent;
using System.Globalization;
using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;
using Dpu.Service.Staging;

namespace Dpu.Service.Shipping;

/// <summary>
/// Code that is unpacked on this node, each tree once, named for the archive's content. A tree that an attempt runs from stays; the others go when there is too much of them, what was not used
/// for longest first. The archive is judged by the same rules as at the door: a node believes nobody. Safe for use by several threads.
/// </summary>
/// <remarks>
/// <c>&lt;sha256&gt;</c> is a tree, <c>&lt;sha256&gt;.size</c> says how large it is and, by its time, when it was used; it is written last, so a tree without it is not whole. <c>&lt;sha256&gt;.used</c> holds a
/// file for each attempt that runs from it, which outlives this process as the attempt does. Nothing is synced: after a boot of the host no attempt runs, and all is unpacked anew.
/// </remarks>
internal sealed class CodeTrees
{
    private const UnixFileMode OwnerWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OthersPass = OwnerWrites | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const string SizeSuffix = ".size";
    private const string UsedSuffix = ".used";
    private const string PartSuffix = ".part";
    private const string BootFile = "boot";

    private readonly string _folder;
    private readonly long _bytesMax;
    private readonly ArchiveLimits _limits;
    private readonly ICodeSource _source;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);
    private readonly Dictionary<AttemptId, string> _users = [];

    /// <param name="folder">Where the trees are; nobody else writes there. Absolute.</param>
    /// <param name="bytesMax">How much they may hold, beyond those in use.</param>
    /// <param name="limits">What one archive may hold.</param>
    /// <param name="source">Where archives come from.</param>
    /// <param name="boot">Tells one boot of the host from another.</param>
    /// <param name="time">For what was used when.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public CodeTrees(string folder, long bytesMax, ArchiveLimits limits, ICodeSource source, string boot, TimeProvider time)
    {
        (_folder, _bytesMax, _limits, _source, _time) = (folder, bytesMax, limits, source, time);
        BeginIn(boot);
    }

    /// <summary>What the running kernel calls this boot of the host.</summary>
    public static string ThisBoot() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>The tree of an attempt's code, which stays until the attempt is released.</summary>
    /// <exception cref="TaskFilesException">The archive cannot be had, or is not taken.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public async Task<CodeTree> TakeAsync(AttemptId attempt, ShippedCode code, FilesProgress progress, CancellationToken cancellationToken)
    {
        if (!CodeStore.IsSha256(code.Sha256))
        {
            // It becomes a part of a path.
            throw new TaskFilesException(FailureCause.Data, "the code of the job has no checksum") { Final = true };
        }

        var turn = _turns.GetOrAdd(code.Sha256, static _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (!TryUse(attempt, code.Sha256))
            {
                await UnpackAsync(attempt, code, progress, cancellationToken);
            }

            return new CodeTree(TreeOf(code.Sha256));
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Nothing of an attempt runs any more.</summary>
    public void Release(AttemptId attempt)
    {
        lock (_gate)
        {
            if (_users.Remove(attempt, out var sha256))
            {
                File.Delete(Path.Combine(UsedOf(sha256), NameOf(attempt)));
            }
        }
    }

    private void BeginIn(string boot)
    {
        // Tasks may run as other users than we do.
        Directory.CreateDirectory(_folder);
        File.SetUnixFileMode(_folder, OthersPass);
        var bootFile = Path.Combine(_folder, BootFile);
        var isSame = File.Exists(bootFile) && File.ReadAllText(bootFile) == boot;
        foreach (var path in Directory.GetDirectories(_folder))
        {
            var isTree = CodeStore.IsSha256(Path.GetFileName(path));
            if (!isSame || (isTree && !File.Exists(path + SizeSuffix)) || (!isTree && !path.EndsWith(UsedSuffix, StringComparison.Ordinal)))
            {
                Remove(path);
            }
            else if (!isTree)
            {
                Remember(path);
            }
        }

        foreach (var path in Directory.GetFiles(_folder).Where(path => !isSame || path.EndsWith(PartSuffix, StringComparison.Ordinal)))
        {
            File.Delete(path);
        }

        File.WriteAllText(bootFile, boot);
    }

    private void Remember(string used)
    {
        foreach (var name in Directory.GetFiles(used).Select(Path.GetFileName))
        {
            if (AttemptId.TryParse(name!.Replace('.', '/'), out var attempt))
            {
                _users[attempt] = Path.GetFileName(used)[..^UsedSuffix.Length];
            }
        }
    }

    private bool TryUse(AttemptId attempt, string sha256)
    {
        lock (_gate)
        {
            if (!File.Exists(SizeFileOf(sha256)))
            {
                return false;
            }

            File.SetLastWriteTimeUtc(SizeFileOf(sha256), _time.GetUtcNow().UtcDateTime);
            Directory.CreateDirectory(UsedOf(sha256), OwnerWrites);
            File.WriteAllText(Path.Combine(UsedOf(sha256), NameOf(attempt)), "");
            _users[attempt] = sha256;
            return true;
        }
    }

    private async Task UnpackAsync(AttemptId attempt, ShippedCode code, FilesProgress progress, CancellationToken cancellationToken)
    {
        var part = Path.Combine(_folder, code.Sha256 + PartSuffix);
        progress.Begin(1, code.SizeBytes);
        var brought = progress.Next();
        var path = await _source.BringAsync(attempt, code, part, brought, cancellationToken);
        brought.Done(code.SizeBytes);
        try
        {
            using var archive = CodeArchive.Open(path, _limits);
            MakeRoom(archive.UnpackedBytes);
            Unpack(archive, code.Sha256, cancellationToken);
        }
        catch (ArchiveRefusedException refused)
        {
            throw new TaskFilesException(FailureCause.Data, $"the code {code.Sha256} cannot be unpacked: {refused.Message}") { Final = true };
        }
        finally
        {
            File.Delete(part);
        }

        if (!TryUse(attempt, code.Sha256))
        {
            throw new IOException($"{TreeOf(code.Sha256)} is gone a moment after it was unpacked");
        }
    }

    /// <summary>Under another name first: what has the name of the checksum is whole.</summary>
    private void Unpack(CodeArchive archive, string sha256, CancellationToken cancellationToken)
    {
        var half = Path.Combine(_folder, $".{sha256}.new");
        Remove(half);
        Remove(TreeOf(sha256));
        Directory.CreateDirectory(half, OwnerWrites);
        try
        {
            foreach (var entry in archive.Entries)
            {
                Write(archive, entry, half, cancellationToken);
            }

            foreach (var folder in Directory.GetDirectories(half, "*", SearchOption.AllDirectories).Append(half))
            {
                File.SetUnixFileMode(folder, Executable);
            }

            Directory.Move(half, TreeOf(sha256));
            File.WriteAllText(SizeFileOf(sha256), archive.UnpackedBytes.ToString(CultureInfo.InvariantCulture));
        }
        catch
        {
            Remove(half);
            throw;
        }
    }

    private static void Write(CodeArchive archive, ZipEntry entry, string tree, CancellationToken cancellationToken)
    {
        var path = Path.Combine(tree, entry.Told.Name);
        if (entry.Told.IsFolder)
        {
            Directory.CreateDirectory(path, OwnerWrites);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerWrites);
        using (var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            archive.Copy(entry, file, cancellationToken);
        }

        File.SetUnixFileMode(path, entry.Told.IsExecutable ? Executable : Readable);
    }

    private void MakeRoom(long bytes)
    {
        var doomed = new List<string>();
        lock (_gate)
        {
            var inUse = _users.Values.ToHashSet(StringComparer.Ordinal);
            var trees = new DirectoryInfo(_folder).GetFiles("*" + SizeSuffix)
                .Select(file => (Sha256: file.Name[..^SizeSuffix.Length], file.LastWriteTimeUtc, Bytes: long.Parse(File.ReadAllText(file.FullName), CultureInfo.InvariantCulture)))
                .ToList();
            var excess = Math.Max(trees.Sum(tree => tree.Bytes) + bytes - _bytesMax, bytes - new DriveInfo(_folder).AvailableFreeSpace);
            foreach (var tree in trees.Where(tree => !inUse.Contains(tree.Sha256)).OrderBy(tree => tree.LastWriteTimeUtc).TakeWhile(_ => excess > 0))
            {
                excess -= tree.Bytes;
                doomed.Add(Path.Combine(_folder, $".{Guid.NewGuid():N}.gone"));
                File.Delete(SizeFileOf(tree.Sha256));
                Directory.Move(TreeOf(tree.Sha256), doomed[^1]);
            }
        }

        doomed.ForEach(Remove);
        if (DurableFile.WhyNoRoom(_folder, bytes) is { } reason)
        {
            throw new IOException(reason);
        }
    }

    /// <summary>Nobody may write into a tree, its owner included, until it goes.</summary>
    private static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        File.SetUnixFileMode(folder, OwnerWrites);
        foreach (var inner in Directory.EnumerateDirectories(folder, "*", new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            Remove(inner);
        }

        Directory.Delete(folder, recursive: true);
    }

    private string TreeOf(string sha256) => Path.Combine(_folder, sha256);

    private string SizeFileOf(string sha256) => TreeOf(sha256) + SizeSuffix;

    private string UsedOf(string sha256) => TreeOf(sha256) + UsedSuffix;

    private static string NameOf(AttemptId attempt) => string.Create(CultureInfo.InvariantCulture, $"{attempt.Job}.{attempt.Task}.{attempt.Number}");
}
