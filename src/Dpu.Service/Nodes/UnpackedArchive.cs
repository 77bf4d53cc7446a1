using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;

namespace Dpu.Service.Nodes;

/// <summary>
/// Unpacks a tar archive, plain or compressed by gzip, into a folder that it cannot lead out of. It may hold files, folders, and links that stay
/// inside; anything else, a name that is taken, or more than the limits allow, and the whole archive is refused.
/// </summary>
internal sealed class UnpackedArchive(string id, string folder, UnpackLimits limits)
{
    private const UnixFileMode OwnersAlways = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;
    private const int CopyBytes = 1 << 16;

    private static readonly (byte[] Magic, string Name)[] OtherFormats =
        [("BZh"u8.ToArray(), "bzip2"), ([0xFD, .. "7zXZ"u8], "xz"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), ("PK"u8.ToArray(), "zip")];

    private readonly List<string> _files = [];
    private long _bytes;
    private int _entries;

    /// <summary>Everything that it holds but folders, relative to the folder.</summary>
    /// <exception cref="TaskFilesException">The archive is refused; the message says why.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public IReadOnlyList<string> Unpack(string archive)
    {
        Directory.CreateDirectory(folder);
        try
        {
            using var stream = Open(archive);
            using var tar = new TarReader(stream);
            while (tar.GetNextEntry() is { } entry)
            {
                Add(entry);
            }
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw Refuse($"is no whole tar archive: {error.Message}");
        }

        return _entries > 0 ? _files : throw Refuse("holds nothing");
    }

    private Stream Open(string archive)
    {
        var file = RegularFile.Open(archive, archive, followLinks: true);
        var start = new byte[6];
        var length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        if (start.AsSpan(0, length).StartsWith<byte>([0x1F, 0x8B]))
        {
            return new GZipStream(file, CompressionMode.Decompress);
        }

        var other = OtherFormats.FirstOrDefault(format => start.AsSpan(0, length).StartsWith(format.Magic)).Name;
        if (other is null)
        {
            return new BufferedStream(file, CopyBytes);
        }

        file.Dispose();
        throw Refuse($"is packed by {other}; tar and tar.gz can be unpacked");
    }

    private void Add(TarEntry entry)
    {
        if (entry.EntryType == TarEntryType.GlobalExtendedAttributes)
        {
            return;
        }

        if (++_entries > limits.FilesMax)
        {
            throw Refuse(string.Create(CultureInfo.InvariantCulture, $"holds more than {limits.FilesMax} files"));
        }

        var name = NameOf(entry.Name, entry.Name);
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Directory.CreateDirectory(PlaceOf(name), (entry.Mode & Permissions) | OwnersAlways | UnixFileMode.UserExecute);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                Write(name, entry.DataStream ?? Stream.Null, entry.Mode);
                break;
            case TarEntryType.HardLink:
                WriteAgain(name, NameOf(entry.LinkName, entry.Name), entry.Mode);
                break;
            case TarEntryType.SymbolicLink:
                Link(name, entry.LinkName);
                break;
            default:
                throw Refuse($"holds '{entry.Name}', which is neither a file, a folder nor a link ({entry.EntryType})");
        }
    }

    /// <summary>The parts of a name that lead into the folder; none for the folder itself.</summary>
    private string[] NameOf(string name, string shown)
    {
        var parts = name.Split('/').Where(part => part is not ("" or ".")).ToArray();
        return name.StartsWith('/') || parts.Contains("..") ? throw Refuse($"holds '{shown}', which leads out of its folder") : parts;
    }

    /// <summary>The full path, behind real folders only: behind a link it could lead anywhere.</summary>
    private string PlaceOf(string[] name)
    {
        var path = folder;
        foreach (var part in name)
        {
            if (new DirectoryInfo(path).LinkTarget is not null)
            {
                throw Refuse($"holds '{string.Join('/', name)}', which lies behind a link");
            }

            path = Path.Combine(path, part);
        }

        return path;
    }

    private string NewPlaceOf(string[] name)
    {
        var path = PlaceOf(name);
        if (name.Length == 0 || Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
        {
            throw Refuse($"holds '{string.Join('/', name)}', and something of that name is there already");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _files.Add(string.Join('/', name));
        return path;
    }

    private void Write(string[] name, Stream content, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = (mode & Permissions) | OwnersAlways };
        using var file = new FileStream(NewPlaceOf(name), options);
        var buffer = new byte[CopyBytes];
        for (var read = content.Read(buffer); read > 0; read = content.Read(buffer))
        {
            _bytes += read;
            if (_bytes > limits.BytesMax)
            {
                throw Refuse($"holds more than {ByteSize.Text(limits.BytesMax)}");
            }

            file.Write(buffer, 0, read);
        }
    }

    /// <summary>A second name of a file in the archive becomes a file of its own: one that is changed must not change the other.</summary>
    private void WriteAgain(string[] name, string[] target, UnixFileMode mode)
    {
        var source = PlaceOf(target);
        if (!File.Exists(source) || new FileInfo(source).LinkTarget is not null)
        {
            throw Refuse($"holds '{string.Join('/', name)}', another name of '{string.Join('/', target)}', which is no file of it");
        }

        using var content = File.OpenRead(source);
        Write(name, content, mode);
    }

    /// <summary>
    /// A target goes up only at its beginning, from real folders, and not out of the folder; then down, at most through other such links. So no chain of
    /// them leads out.
    /// </summary>
    private void Link(string[] name, string target)
    {
        var parts = target.Split('/').Where(part => part is not ("" or ".")).ToArray();
        var up = parts.TakeWhile(part => part == "..").Count();
        if (target.Length == 0 || target.StartsWith('/') || up > name.Length - 1 || parts.Skip(up).Contains(".."))
        {
            throw Refuse($"holds the link '{string.Join('/', name)}' to '{target}', which leads out of its folder");
        }

        File.CreateSymbolicLink(NewPlaceOf(name), target);
    }

    private TaskFilesException Refuse(string reason) => new(FailureCause.Data, $"the archive {id} cannot be unpacked: it {reason}");
}
