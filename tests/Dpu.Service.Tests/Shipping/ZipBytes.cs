using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Dpu.Service.Tests.Shipping;

/// <summary>An entry as it is written, byte by byte: every number of it can be a lie.</summary>
internal sealed class ZipItem
{
    public const int Plain = 0x81A4;

    private ZipItem(byte[] name, byte[] content)
    {
        (Name, LocalName, Content) = (name, name, content);
        (Size, LocalSize, Crc) = ((uint)content.Length, (uint)content.Length, Crc32Of(content));
        (Packed, LocalCrc) = (content, Crc);
        (PackedSize, LocalPackedSize) = ((uint)content.Length, (uint)content.Length);
    }

    public byte[] Name { get; set; }

    public byte[] LocalName { get; set; }

    public byte[] Content { get; }

    public byte[] Packed { get; set; }

    public ushort Flags { get; set; }

    public ushort? LocalFlags { get; set; }

    public ushort Method { get; set; }

    public ushort? LocalMethod { get; set; }

    public uint Crc { get; set; }

    public uint LocalCrc { get; set; }

    public uint PackedSize { get; set; }

    public uint LocalPackedSize { get; set; }

    public uint Size { get; set; }

    public uint LocalSize { get; set; }

    public ushort Disk { get; set; }

    public int Mode { get; set; } = Plain;

    public uint DosAttributes { get; set; }

    public byte[] Extra { get; set; } = [];

    public byte[] LocalExtra { get; set; } = [];

    public byte[] Comment { get; set; } = [];

    /// <summary>What stands behind its content.</summary>
    public byte[] Behind { get; set; } = [];

    /// <summary>Where the directory says that it is, instead of where it is.</summary>
    public long? OffsetTold { get; set; }

    /// <summary>Whether it stands in the directory only.</summary>
    public bool IsOnlyTold { get; set; }

    public uint LocalSignature { get; set; } = 0x04034b50;

    public uint Signature { get; set; } = 0x02014b50;

    public static ZipItem Of(string name, string content = "x") => Of(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(content));

    public static ZipItem Of(byte[] name, byte[] content) => new(name, content) { Flags = name.All(letter => letter < 0x80) ? (ushort)0 : (ushort)0x800 };

    public static ZipItem Deflated(string name, byte[] content)
    {
        var item = Of(Encoding.UTF8.GetBytes(name), content);
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            deflate.Write(content);
        }

        item.Method = 8;
        item.Packed = packed.ToArray();
        (item.PackedSize, item.LocalPackedSize) = ((uint)item.Packed.Length, (uint)item.Packed.Length);
        return item;
    }

    public static ZipItem Folder(string name) => With(Of(name, ""), item => item.Mode = 0x41ED);

    public ZipItem With(Action<ZipItem> change)
    {
        change(this);
        return this;
    }

    /// <summary>With a descriptor behind it, as what is written to a pipe has.</summary>
    public ZipItem Described(bool signature = true, Action<byte[]>? change = null)
    {
        var descriptor = new byte[signature ? 16 : 12];
        var at = signature ? 4 : 0;
        if (signature)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(descriptor, 0x08074b50);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(descriptor.AsSpan(at), Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor.AsSpan(at + 4), PackedSize);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor.AsSpan(at + 8), Size);
        change?.Invoke(descriptor);
        Flags |= 8;
        (LocalCrc, LocalPackedSize, LocalSize, Behind) = (0, 0, 0, descriptor);
        return this;
    }

    private static ZipItem With(ZipItem item, Action<ZipItem> change) => item.With(change);

    public static uint Crc32Of(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        return ~crc;
    }
}

/// <summary>A zip archive as it is written, byte by byte.</summary>
internal sealed class ZipBytes
{
    public List<ZipItem> Items { get; } = [];

    public byte[] Before { get; set; } = [];

    public byte[] BeforeDirectory { get; set; } = [];

    public byte[] BeforeEnd { get; set; } = [];

    public byte[] Comment { get; set; } = [];

    public byte[] After { get; set; } = [];

    public int? CommentLength { get; set; }

    public int? Count { get; set; }

    public int? CountOnDisk { get; set; }

    public ushort Disk { get; set; }

    public uint? DirectorySize { get; set; }

    public uint? DirectoryOffset { get; set; }

    /// <summary>Whether offsets count from what stands before the archive.</summary>
    public bool CountsBefore { get; set; } = true;

    public static byte[] Of(params ZipItem[] items) => Of(static _ => { }, items);

    public static byte[] Of(Action<ZipBytes> change, params ZipItem[] items)
    {
        var zip = new ZipBytes();
        zip.Items.AddRange(items);
        change(zip);
        return zip.Write();
    }

    private byte[] Write()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(Before);
        var zero = CountsBefore ? 0 : Before.Length;
        var offsets = new Dictionary<ZipItem, long>();
        foreach (var item in Items)
        {
            offsets[item] = bytes.Position - zero;
            if (!item.IsOnlyTold)
            {
                WriteLocal(writer, item);
            }
        }

        writer.Write(BeforeDirectory);
        var directory = bytes.Position;
        foreach (var item in Items)
        {
            WriteTold(writer, item, (uint)(item.OffsetTold ?? offsets[item]));
        }

        var size = bytes.Position - directory;
        writer.Write(BeforeEnd);
        writer.Write(0x06054b50u);
        writer.Write(Disk);
        writer.Write(Disk);
        writer.Write((ushort)(CountOnDisk ?? Count ?? Items.Count));
        writer.Write((ushort)(Count ?? Items.Count));
        writer.Write(DirectorySize ?? (uint)size);
        writer.Write(DirectoryOffset ?? (uint)(directory - zero));
        writer.Write((ushort)(CommentLength ?? Comment.Length));
        writer.Write(Comment);
        writer.Write(After);
        return bytes.ToArray();
    }

    private static void WriteLocal(BinaryWriter writer, ZipItem item)
    {
        writer.Write(item.LocalSignature);
        writer.Write((ushort)20);
        writer.Write(item.LocalFlags ?? item.Flags);
        writer.Write(item.LocalMethod ?? item.Method);
        writer.Write(0x21_0000u);
        writer.Write(item.LocalCrc);
        writer.Write(item.LocalPackedSize);
        writer.Write(item.LocalSize);
        writer.Write((ushort)item.LocalName.Length);
        writer.Write((ushort)item.LocalExtra.Length);
        writer.Write(item.LocalName);
        writer.Write(item.LocalExtra);
        writer.Write(item.Packed);
        writer.Write(item.Behind);
    }

    private static void WriteTold(BinaryWriter writer, ZipItem item, uint offset)
    {
        writer.Write(item.Signature);
        writer.Write((ushort)0x0314);
        writer.Write((ushort)20);
        writer.Write(item.Flags);
        writer.Write(item.Method);
        writer.Write(0x21_0000u);
        writer.Write(item.Crc);
        writer.Write(item.PackedSize);
        writer.Write(item.Size);
        writer.Write((ushort)item.Name.Length);
        writer.Write((ushort)item.Extra.Length);
        writer.Write((ushort)item.Comment.Length);
        writer.Write(item.Disk);
        writer.Write((ushort)0);
        writer.Write(((uint)item.Mode << 16) | item.DosAttributes);
        writer.Write(offset);
        writer.Write(item.Name);
        writer.Write(item.Extra);
        writer.Write(item.Comment);
    }
}
