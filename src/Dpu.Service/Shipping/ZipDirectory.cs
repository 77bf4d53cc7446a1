using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Dpu.Domain.Shipping;

namespace Dpu.Service.Shipping;

/// <summary>
/// Reads which entries a zip archive has, and takes only archives that every reader reads alike: what the directory at the end tells and what each entry's own header tells must agree, entries
/// must follow each other without gaps or overlaps, and nothing may stand before or behind. What archives of 64 MiB do not need (zip64, encryption, several disks, other methods than
/// deflate) is refused. Memory is bounded by the limits, whatever the archive says.
/// </summary>
/// <remarks>The form is that of PKWARE's APPNOTE.TXT 6.3.</remarks>
internal sealed class ZipDirectory(Stream archive, ArchiveLimits limits)
{
    private const uint EndSignature = 0x06054b50;
    private const uint EntrySignature = 0x02014b50;
    private const uint LocalSignature = 0x04034b50;
    private const uint DescriptorSignature = 0x08074b50;
    private const int EndBytes = 22;
    private const int EntryBytes = 46;
    private const int LocalBytes = 30;
    private const int DirectoryBytesMax = 32 << 20;

    private const int Encrypted = 0x2041;
    private const int HasDescriptor = 0x0008;
    private const int IsUtf8 = 0x0800;

    /// <summary>How hard it was compressed, that a descriptor follows, that the name is UTF-8.</summary>
    private const int KnownFlags = 0x0006 | HasDescriptor | IsUtf8;

    private const int Stored = 0;
    private const int Deflated = 8;

    // Extra fields that say that name, sizes or content are other than they seem.
    private static readonly Dictionary<ushort, string> WrongExtras = new()
    {
        [0x0001] = "is written in the zip64 form, which an archive of this size does not need",
        [0x0017] = "is encrypted",
        [0x9901] = "is encrypted",
        [0x7075] = "has a second name",
        [0x6375] = "has a second comment",
    };

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>All entries in the order of the directory.</summary>
    /// <exception cref="ArchiveRefusedException">The archive is not taken.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public ImmutableArray<ZipEntry> Read()
    {
        var (offset, size, count) = FindDirectory();
        var entries = ReadEntries(offset, size, count);
        var ordered = entries.OrderBy(entry => entry.HeaderOffset).ToImmutableArray();
        var located = new Dictionary<HeaderFacts, ZipEntry>();
        for (var i = 0; i < ordered.Length; i++)
        {
            located.Add(ordered[i], Locate(ordered[i], i == 0 ? 0 : ordered[i - 1].End, i + 1 < ordered.Length ? ordered[i + 1].HeaderOffset : offset));
        }

        return [.. entries.Select(entry => located[entry])];
    }

    private (long Offset, int Size, int Count) FindDirectory()
    {
        var length = (int)Math.Min(archive.Length, EndBytes + ushort.MaxValue);
        var start = archive.Length - length;
        var tail = ReadAt(start, length, "it is no zip archive");
        var ends = Enumerable.Range(0, Math.Max(0, length - EndBytes + 1))
            .Where(at => U32(tail, at) == EndSignature && at + EndBytes + U16(tail, at + 20) == length)
            .Take(2).ToArray();
        var end = ends.Length switch
        {
            1 => ends[0],
            0 => throw new ArchiveRefusedException("it is no zip archive, or something follows its end"),
            _ => throw new ArchiveRefusedException("it ends in two ways: its comment is an archive of its own"),
        };
        if (tail.AsSpan(end + EndBytes).IndexOf("PK"u8) >= 0)
        {
            throw new ArchiveRefusedException("its comment looks like a part of an archive");
        }

        var (count, size, offset) = (U16(tail, end + 10), U32(tail, end + 12), U32(tail, end + 16));
        var isSplit = U16(tail, end + 4) != 0 || U16(tail, end + 6) != 0 || U16(tail, end + 8) != count;
        return (count, size, offset) switch
        {
            (ushort.MaxValue, _, _) or (_, uint.MaxValue, _) or (_, _, uint.MaxValue) => throw new ArchiveRefusedException("it is written in the zip64 form, which an archive of this size does not need"),
            _ when isSplit => throw new ArchiveRefusedException("it is a part of an archive on several disks"),
            (0, _, _) => throw new ArchiveRefusedException("it holds nothing"),
            _ when count > limits.EntriesMax => throw new ArchiveRefusedException(string.Create(CultureInfo.InvariantCulture, $"it holds more than {limits.EntriesMax} files and folders")),
            (_, > DirectoryBytesMax, _) => throw new ArchiveRefusedException($"its directory is longer than {DirectoryBytesMax >> 20} MiB"),
            _ when offset + (long)size != start + end => throw new ArchiveRefusedException("its directory is not where it should be: something stands before the archive, or between its parts"),
            _ => (offset, (int)size, count),
        };
    }

    private List<HeaderFacts> ReadEntries(long offset, int size, int count)
    {
        var directory = ReadAt(offset, size, "its directory is cut off");
        var entries = new List<HeaderFacts>(count);
        var at = 0;
        while (at < size)
        {
            if (at + EntryBytes > size || U32(directory, at) != EntrySignature || entries.Count == count)
            {
                throw new ArchiveRefusedException("its directory is broken");
            }

            var (nameLength, extraLength, commentLength) = (U16(directory, at + 28), U16(directory, at + 30), U16(directory, at + 32));
            var next = at + EntryBytes + nameLength + extraLength + commentLength;
            if (next > size)
            {
                throw new ArchiveRefusedException("its directory is broken");
            }

            entries.Add(ReadEntry(directory, at, nameLength, extraLength));
            at = next;
        }

        return entries.Count == count ? entries : throw new ArchiveRefusedException(string.Create(CultureInfo.InvariantCulture, $"its directory has {entries.Count} entries and says that it has {count}"));
    }

    private static HeaderFacts ReadEntry(byte[] directory, int at, int nameLength, int extraLength)
    {
        var raw = directory.AsSpan(at + EntryBytes, nameLength).ToArray();
        var flags = U16(directory, at + 8);
        var name = NameOf(raw, flags);
        var header = new HeaderFacts(
            name,
            raw,
            flags,
            U16(directory, at + 10),
            U32(directory, at + 16),
            U32(directory, at + 20),
            U32(directory, at + 24),
            (int)(U32(directory, at + 38) >> 16),
            U32(directory, at + 42));
        var flaw = FlawOf(header, U16(directory, at + 34), (U32(directory, at + 38) & 0x10) != 0) ?? FlawOf(directory.AsSpan(at + EntryBytes + nameLength, extraLength));
        return flaw is null ? header : throw Refuse(name, flaw);
    }

    private static string? FlawOf(HeaderFacts header, int disk, bool isDosFolder) => header switch
    {
        _ when (header.Flags & Encrypted) != 0 => "is encrypted",
        _ when (header.Flags & ~KnownFlags) != 0 => "is packed in a way that is not known here",
        { Method: not (Stored or Deflated) } => string.Create(CultureInfo.InvariantCulture, $"is packed by method {header.Method}; stored and deflated are known here"),
        { Size: uint.MaxValue } or { CompressedSize: uint.MaxValue } or { HeaderOffset: uint.MaxValue } => WrongExtras[1],
        { Method: Stored } when header.Size != header.CompressedSize => "is stored as it is, and says that it has two sizes",
        _ when disk != 0 => "is on another disk",
        _ when isDosFolder && !header.Name.EndsWith('/') => "is called a file and marked as a folder",
        _ => null,
    };

    private static string? FlawOf(ReadOnlySpan<byte> extra)
    {
        while (extra.Length > 0)
        {
            if (extra.Length < 4 || BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]) is var length && length > extra.Length - 4)
            {
                return "has a broken header";
            }

            if (WrongExtras.TryGetValue(BinaryPrimitives.ReadUInt16LittleEndian(extra), out var flaw))
            {
                return flaw;
            }

            extra = extra[(4 + length)..];
        }

        return null;
    }

    /// <summary>Compares an entry's own header with what the directory says of it, and sees to it that it begins where the one before ends.</summary>
    private ZipEntry Locate(HeaderFacts entry, long begin, long next)
    {
        if (entry.HeaderOffset != begin)
        {
            throw entry.HeaderOffset < begin ? Refuse(entry.Name, "overlaps another entry") : Refuse(entry.Name, "does not follow what stands before it: there are bytes between that belong to nothing");
        }

        var local = ReadAt(begin, LocalBytes, "it is cut off");
        if (U32(local, 0) != LocalSignature)
        {
            throw Refuse(entry.Name, "is not where the directory says");
        }

        var (nameLength, extraLength) = (U16(local, 26), U16(local, 28));
        var rest = ReadAt(begin + LocalBytes, nameLength + extraLength, "it is cut off");
        if (!rest.AsSpan(0, nameLength).SequenceEqual(entry.RawName))
        {
            throw Refuse(entry.Name, "has another name in its own header");
        }

        var hasDescriptor = (entry.Flags & HasDescriptor) != 0;
        var (crc, compressed, size) = (U32(local, 14), U32(local, 18), U32(local, 22));
        var agrees = (crc, compressed, size) == (entry.Crc, entry.CompressedSize, entry.Size) || (hasDescriptor && (crc, compressed, size) is (0, 0, 0));
        if (U16(local, 6) != entry.Flags || U16(local, 8) != entry.Method || !agrees)
        {
            throw Refuse(entry.Name, "says something else in its own header than the directory says of it");
        }

        if (FlawOf(rest.AsSpan(nameLength)) is { } flaw)
        {
            throw Refuse(entry.Name, flaw);
        }

        var data = begin + LocalBytes + nameLength + extraLength;
        entry.End = data + entry.CompressedSize;
        if (hasDescriptor)
        {
            entry.End += ReadDescriptor(entry, entry.End, next);
        }

        return entry.End > next
            ? throw Refuse(entry.Name, "overlaps another entry, or the directory")
            : entry.End < next
                ? throw Refuse(entry.Name, "is followed by bytes that belong to nothing")
                : new ZipEntry(new ArchiveEntry(entry.Name, entry.Size, entry.CompressedSize, entry.UnixMode), entry.Method == Deflated, entry.Crc, begin, data);
    }

    /// <summary>Length of the descriptor behind an entry: with or without a signature.</summary>
    private int ReadDescriptor(HeaderFacts entry, long at, long next)
    {
        var length = next - at;
        if (length is not (12 or 16))
        {
            throw Refuse(entry.Name, length < 12 ? "overlaps another entry, or the directory" : "is followed by bytes that belong to nothing");
        }

        var bytes = ReadAt(at, (int)length, "it is cut off");
        var values = (int)length - 12;
        return (values == 0 || U32(bytes, 0) == DescriptorSignature) && (U32(bytes, values), U32(bytes, values + 4), U32(bytes, values + 8)) == (entry.Crc, entry.CompressedSize, entry.Size)
            ? (int)length
            : throw Refuse(entry.Name, "says something else behind its content than the directory says of it");
    }

    /// <summary>Whoever does not say that a name is UTF-8 means one of many old codes, which would be another name.</summary>
    private static string NameOf(byte[] raw, int flags)
    {
        if ((flags & IsUtf8) == 0 && raw.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)0x7F))
        {
            throw Refuse(Encoding.Latin1.GetString(raw), "has a name that is not ASCII and not marked as UTF-8");
        }

        try
        {
            return Utf8.GetString(raw);
        }
        catch (DecoderFallbackException)
        {
            throw Refuse(Encoding.Latin1.GetString(raw), "has a name that is not UTF-8");
        }
    }

    private static ArchiveRefusedException Refuse(string name, string flaw) => new($"it holds '{ArchiveNames.Shown(name)}', which {flaw}");

    private byte[] ReadAt(long offset, int length, string flaw)
    {
        if (offset < 0 || offset + length > archive.Length || length < 0)
        {
            throw new ArchiveRefusedException(flaw);
        }

        var bytes = new byte[length];
        archive.Position = offset;
        archive.ReadExactly(bytes);
        return bytes;
    }

    private static ushort U16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    /// <summary>What the directory says of an entry.</summary>
    private sealed class HeaderFacts(string name, byte[] rawName, int flags, int method, uint crc, uint compressedSize, uint size, int unixMode, uint headerOffset)
    {
        public string Name => name;

        public byte[] RawName => rawName;

        public int Flags => flags;

        public int Method => method;

        public uint Crc => crc;

        public uint CompressedSize => compressedSize;

        public uint Size => size;

        public int UnixMode => unixMode;

        public uint HeaderOffset => headerOffset;

        /// <summary>Where what belongs to it ends, once that is known.</summary>
        public long End { get; set; }
    }
}
