using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Dpu.Service.Pilots;

/// <summary>A self-contained archive of the program.</summary>
/// <param name="Sha256">Of the archive, in hexadecimal: its name.</param>
/// <param name="Path">Where it stands.</param>
/// <param name="SizeBytes">Its size.</param>
internal sealed record NodePackage(string Sha256, string Path, long SizeBytes);

/// <summary>
/// Packs the running program together with its .NET, once for each state of its files: <c>dotnet/</c> and <c>dpu/</c> in a <c>.tar.gz</c> that is named for its SHA-256. The
/// same files make the same archive, byte for byte.
/// </summary>
/// <param name="folder">Where packages are kept.</param>
/// <param name="time">The clock.</param>
internal sealed class NodePackages(string folder, TimeProvider time) : IDisposable
{
    private const string Ending = ".tar.gz";

    /// <summary>Pilots that were submitted before the program changed may still ask for what it was.</summary>
    private static readonly TimeSpan KeptUnused = TimeSpan.FromDays(30);

    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>The package of a program; made if there is none.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task<NodePackage> OfAsync(RunningProgram program, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            // Seconds of reading and packing in a thread of its own: no actor and no request waits for the disk here.
            return await Task.Run(() => Known(program) ?? Pack(program, cancellationToken), cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The archive of that name; null when there is none.</summary>
    public NodePackage? Find(string sha256)
    {
        // It becomes a part of a path.
        if (sha256.Length != 2 * SHA256.HashSizeInBytes || !sha256.All(char.IsAsciiHexDigitLower))
        {
            return null;
        }

        var file = new FileInfo(PathOf(sha256));
        return file.Exists ? new NodePackage(sha256, file.FullName, file.Length) : null;
    }

    public void Dispose() => _one.Dispose();

    private string PathOf(string sha256) => Path.Combine(folder, sha256 + Ending);

    private NodePackage? Known(RunningProgram program)
    {
        var note = NoteOf(program);
        var known = File.Exists(note) ? Find(File.ReadAllText(note).Trim()) : null;
        if (known is not null)
        {
            File.SetLastWriteTimeUtc(known.Path, time.GetUtcNow().UtcDateTime);
        }

        return known;
    }

    private NodePackage Pack(RunningProgram program, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        Prune();
        var temporary = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                using (var packed = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
                using (var archive = new TarWriter(packed, TarEntryFormat.Ustar))
                {
                    foreach (var (name, path) in FilesOf(program))
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        using var content = File.OpenRead(path);
                        archive.WriteEntry(EntryOf(name, content));
                    }
                }

                file.Flush(flushToDisk: true);
                file.Position = 0;
                var sha256 = Convert.ToHexStringLower(SHA256.HashData(file));
                File.Move(temporary, PathOf(sha256), overwrite: true);
                File.WriteAllText(NoteOf(program), sha256);
                return Find(sha256)!;
            }
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static UstarTarEntry EntryOf(string name, FileStream content) => new(TarEntryType.RegularFile, name)
    {
        DataStream = content,
        // Whoever packs it and whenever: the same bytes.
        ModificationTime = DateTimeOffset.UnixEpoch,
        Mode = (File.GetUnixFileMode(content.SafeFileHandle) & UnixFileMode.UserExecute) != 0
            ? UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            : UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    private static IEnumerable<(string Name, string Path)> FilesOf(RunningProgram program) =>
        program.DotnetParts
            .SelectMany(part => Below(Path.Combine(program.DotnetRoot, part), $"dotnet/{part}"))
            .Append(("dotnet/" + RunningProgram.Muxer, program.MuxerPath))
            .Concat(Below(program.Folder, "dpu"))
            .OrderBy(file => file.Item1, StringComparer.Ordinal);

    private static IEnumerable<(string Name, string Path)> Below(string folder, string name) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetExtension(path) != ".pdb")
            .Select(path => ($"{name}/{Path.GetRelativePath(folder, path)}", path));

    /// <summary>Holds the hash of the package that was made of exactly these files.</summary>
    private string NoteOf(RunningProgram program)
    {
        var state = new StringBuilder();
        foreach (var (name, path) in FilesOf(program))
        {
            var file = new FileInfo(path);
            state.Append(CultureInfo.InvariantCulture, $"{name}\0{file.Length}\0{file.LastWriteTimeUtc.Ticks}\0");
        }

        return Path.Combine(folder, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state.ToString())))[..16]}.made");
    }

    private void Prune()
    {
        var oldest = (time.GetUtcNow() - KeptUnused).UtcDateTime;
        foreach (var path in Directory.EnumerateFiles(folder).Where(path => File.GetLastWriteTimeUtc(path) < oldest))
        {
            File.Delete(path);
        }
    }
}
