using System.Collections.Immutable;
using System.IO.Compression;
using Dpu.Domain.Shipping;

namespace Dpu.Service.Shipping;

/// <summary>An archive of code that keeps all rules: what is in it can be written anywhere below a folder.</summary>
internal sealed class CodeArchive : IDisposable
{
    private const int CopyBytes = 1 << 16;

    private readonly FileStream _file;

    private CodeArchive(FileStream file, ImmutableArray<ZipEntry> entries) => (_file, Entries) = (file, entries);

    public ImmutableArray<ZipEntry> Entries { get; }

    public IEnumerable<ZipEntry> Files => Entries.Where(entry => !entry.Told.IsFolder);

    public long UnpackedBytes => Entries.Sum(entry => entry.Told.SizeBytes);

    /// <summary>Opens an archive, and judges everything but the content of its files, which is judged while it is read.</summary>
    /// <exception cref="ArchiveRefusedException">It is not taken.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static CodeArchive Open(string path, ArchiveLimits limits)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            var entries = new ZipDirectory(file, limits).Read();
            return ArchiveRules.FlawOf([.. entries.Select(entry => entry.Told)], limits) is { } flaw ? throw new ArchiveRefusedException(flaw) : new CodeArchive(file, entries);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads everything once, for its checksums.</summary>
    /// <exception cref="ArchiveRefusedException">A file's content is not what the archive says.</exception>
    public void CheckContent(CancellationToken cancellationToken)
    {
        foreach (var entry in Files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Copy(entry, Stream.Null, cancellationToken);
        }
    }

    /// <summary>The content of a file.</summary>
    /// <param name="entry">Of this archive.</param>
    /// <param name="target">Gets never more than the archive says.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArchiveRefusedException">It is not what the archive says.</exception>
    public void Copy(ZipEntry entry, Stream target, CancellationToken cancellationToken)
    {
        using var part = new FilePart(_file, entry.DataOffset, entry.Told.CompressedBytes);
        using Stream content = entry.IsDeflated ? new DeflateStream(part, CompressionMode.Decompress, leaveOpen: true) : new BufferedStream(part);
        var (crc, size) = (new Crc32(), 0L);
        var buffer = new byte[CopyBytes];
        try
        {
            for (int read; (read = content.Read(buffer)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                size += read;
                if (size > entry.Told.SizeBytes)
                {
                    throw Refuse(entry, "is longer than the archive says");
                }

                crc.Add(buffer.AsSpan(0, read));
                target.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            throw Refuse(entry, "cannot be unpacked: its content is broken");
        }

        if (size < entry.Told.SizeBytes)
        {
            throw Refuse(entry, "is shorter than the archive says");
        }

        if (crc.Value != entry.Crc)
        {
            throw Refuse(entry, "has another checksum than the archive says");
        }

        if (part.Position < entry.Told.CompressedBytes)
        {
            throw Refuse(entry, "has bytes behind its content that belong to nothing");
        }
    }

    public void Dispose() => _file.Dispose();

    private static ArchiveRefusedException Refuse(ZipEntry entry, string flaw) => new($"it holds '{ArchiveNames.Shown(entry.Told.Name)}', which {flaw}");
}
