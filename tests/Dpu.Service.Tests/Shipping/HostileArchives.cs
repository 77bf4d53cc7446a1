using System.Text;

namespace Dpu.Service.Tests.Shipping;

/// <summary>Archives that must not be taken: what each is, its bytes, and a part of the sentence that says why.</summary>
internal static class HostileArchives
{
    private static readonly byte[] Zip64Extra = [1, 0, 16, 0, .. new byte[16]];
    private static readonly byte[] SecondName = [0x75, 0x70, 9, 0, 1, 0, 0, 0, 0, .. "evil"u8];

    public static IReadOnlyDictionary<string, (Func<byte[]> Bytes, string Why)> All { get; } =
        Names().Concat(Kinds()).Concat(Places()).Concat(Sizes()).Concat(Headers()).Concat(Ends()).Concat(Descriptors()).Concat(Contents())
            .ToDictionary(one => one.What, one => (one.Bytes, one.Why), StringComparer.Ordinal);

    private static IEnumerable<(string What, Func<byte[]> Bytes, string Why)> Names()
    {
        (string Name, string Why)[] wrong =
        [
            ("..", "leads out"), ("../x", "leads out"), ("a/../x", "leads out"), ("a/../../x", "leads out"), ("a/..", "leads out"), ("../", "leads out"), ("a/b/../../../etc/passwd", "leads out"),
            ("/etc/passwd", "root of the file system"), ("/", "root of the file system"), ("//x", "root of the file system"),
            (".", "a dot"), ("./x", "a dot"), ("a/./x", "a dot"), ("a//x", "an empty part"), ("a/", "which"), ("a//", "an empty part"),
            ("..\\x", "backslash"), ("a\\..\\x", "backslash"), ("\\\\host\\share\\x", "backslash"), ("C:\\x", "backslash"),
            ("C:/x", "drive"), ("c:x", "drive"), ("Z:", "drive"),
            ("a\0b", "cannot be seen"), ("a\nb", "cannot be seen"), ("a\rb", "cannot be seen"), ("a\tb", "cannot be seen"), ("a\u001b[31mb", "cannot be seen"), ("a\u007fb", "cannot be seen"),
            ("a\u0085b", "cannot be seen"), ("a\u200bb", "cannot be seen"), ("a\u202egpj.exe", "cannot be seen"), ("a\u2028b", "cannot be seen"), ("\ufeffx", "cannot be seen"), ("a\ue000b", "cannot be seen"),
            ("cafe\u0301", "two ways"), ("\u212bngstrom", "two ways"), ("\u1100\u1161", "two ways"), ("\u2126", "two ways"), ("\uf900", "two ways"), ("a\u0327\u0301", "two ways"),
            (string.Join('/', Enumerable.Repeat("d", 41)), "folders deep"), (string.Join('/', Enumerable.Repeat("d", 500)), "folders deep"),
            (new string('n', 256), "more than 255"), (new string('é', 128), "more than 255"), (string.Join('/', Enumerable.Repeat(new string('n', 200), 6)), "more than 1024"), (new string('n', 65000), "more than 1024"),
        ];
        foreach (var (name, why) in wrong)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            yield return ($"the name {Convert.ToHexString(bytes[..Math.Min(bytes.Length, 20)])} of {bytes.Length} bytes", () => ZipBytes.Of(ZipItem.Of("fine.py"), ZipItem.Of(bytes, name == "a/" ? "x"u8.ToArray() : "x"u8.ToArray())), why);
        }

        yield return ("no name", () => ZipBytes.Of(ZipItem.Of("")), "has no name");
        yield return ("a name that is not UTF-8", () => ZipBytes.Of(ZipItem.Of([0x61, 0xC3, 0x28], [1])), "not UTF-8");
        yield return ("an overlong slash", () => ZipBytes.Of(ZipItem.Of([0x2E, 0x2E, 0xC0, 0xAF, 0x78], [1])), "not UTF-8");
        yield return ("half a surrogate", () => ZipBytes.Of(ZipItem.Of([0x61, 0xED, 0xA0, 0x80], [1])), "not UTF-8");
        yield return ("a name in an old code", () => ZipBytes.Of(ZipItem.Of([0x61, 0xE9], [1]).With(item => item.Flags = 0)), "not marked as UTF-8");
    }

    private static IEnumerable<(string What, Func<byte[]> Bytes, string Why)> Kinds()
    {
        yield return ("a link", () => ZipBytes.Of(ZipItem.Of("l", "/etc/passwd").With(item => item.Mode = 0xA1FF)), "is a link");
        yield return ("a link within", () => ZipBytes.Of(ZipItem.Of("x"), ZipItem.Of("l", "x").With(item => item.Mode = 0xA1FF)), "is a link");
        yield return ("a link to a folder and a file behind it", () => ZipBytes.Of(ZipItem.Of("l", "/tmp").With(item => item.Mode = 0xA1FF), ZipItem.Of("l/evil")), "is a link");
        yield return ("a link that is called a folder", () => ZipBytes.Of(ZipItem.Of("l/", "").With(item => item.Mode = 0xA1FF)), "is a link");
        yield return ("a character device", () => ZipBytes.Of(ZipItem.Of("null", "").With(item => item.Mode = 0x21B6)), "is a device");
        yield return ("a block device", () => ZipBytes.Of(ZipItem.Of("sda", "").With(item => item.Mode = 0x61B0)), "is a device");
        yield return ("a pipe", () => ZipBytes.Of(ZipItem.Of("p", "").With(item => item.Mode = 0x11A4)), "is a pipe");
        yield return ("a socket", () => ZipBytes.Of(ZipItem.Of("s", "").With(item => item.Mode = 0xC1ED)), "is a socket");
        yield return ("a kind that there is not", () => ZipBytes.Of(ZipItem.Of("w").With(item => item.Mode = 0xE1A4)), "neither a file nor a folder");
        yield return ("a folder without a slash", () => ZipBytes.Of(ZipItem.Of("d").With(item => item.Mode = 0x41ED)), "marked as a folder");
        yield return ("a folder without a slash, as DOS has it", () => ZipBytes.Of(ZipItem.Of("d").With(item => item.DosAttributes = 0x10)), "marked as a folder");
        yield return ("a file with a slash", () => ZipBytes.Of(ZipItem.Of("f/", "").With(item => item.Mode = ZipItem.Plain)), "marked as a file");
        yield return ("a folder with content", () => ZipBytes.Of(ZipItem.Of("d/", "x").With(item => item.Mode = 0)), "folder with content");
    }

    private static IEnumerable<(string What, Func<byte[]> Bytes, string Why)> Places()
    {
        yield return ("a name twice", () => ZipBytes.Of(ZipItem.Of("a", "1"), ZipItem.Of("a", "2")), "twice");
        yield return ("a folder twice", () => ZipBytes.Of(ZipItem.Folder("a/"), ZipItem.Folder("a/")), "twice");
        yield return ("upper and lower case", () => ZipBytes.Of(ZipItem.Of("a.py"), ZipItem.Of("A.py")), "where case does not count");
        yield return ("upper and lower case of folders", () => ZipBytes.Of(ZipItem.Of("lib/a"), ZipItem.Of("LIB/b")), "where case does not count");
        yield return ("upper and lower case beyond ASCII", () => ZipBytes.Of(ZipItem.Of("é"), ZipItem.Of("É")), "where case does not count");
        yield return ("upper and lower case of Greek's last s", () => ZipBytes.Of(ZipItem.Of("σ"), ZipItem.Of("ς")), "where case does not count");
        yield return ("a file in the place of a folder", () => ZipBytes.Of(ZipItem.Of("a"), ZipItem.Of("a/b")), "as a file and as a folder");
        yield return ("a folder in the place of a file", () => ZipBytes.Of(ZipItem.Of("a/b"), ZipItem.Of("a")), "as a file and as a folder");
        yield return ("a file in the place of a folder of its own", () => ZipBytes.Of(ZipItem.Folder("a/"), ZipItem.Of("a")), "as a file and as a folder");
    }

    private static IEnumerable<(string What, Func<byte[]> Bytes, string Why)> Sizes()
    {
        yield return ("nothing", () => ZipBytes.Of(), "holds nothing");
        yield return ("too many files", () => ZipBytes.Of([.. Enumerable.Range(0, 1001).Select(i => ZipItem.Of($"f{i}", ""))]), "more than 1000 files");
        yield return ("too many folders on the way", () => ZipBytes.Of([.. Enumerable.Range(0, 50).Select(i => ZipItem.Of($"{i}/{string.Join('/', Enumerable.Range(0, 30))}/f", ""))]), "more than 1000 files");
        yield return ("a bomb", () => ZipBytes.Of(ZipItem.Deflated("zeros", new byte[8 << 20])), "bomb");
        yield return ("many small bombs", () => ZipBytes.Of([.. Enumerable.Range(0, 40).Select(i => ZipItem.Deflated($"z{i}", new byte[1 << 20]))]), "bomb");
        yield return ("more than may be", () => ZipBytes.Of(ZipItem.Of("big").With(item => (item.Method, item.Size, item.LocalSize) = (8, 3u << 30, 3u << 30))), "bomb");
        yield return ("more than may be together", () => ZipBytes.Of([.. Enumerable.Range(0, 5).Select(i => ZipItem.Of($"b{i}", new string('x', 60_000)).With(item => (item.Method, item.Size, item.LocalSize) = (8, 15u << 20, 15u << 20)))]), "more than 64 MiB");
        yield return ("more content than it says", () => ZipBytes.Of(ZipItem.Deflated("liar", new byte[8 << 20]).With(item => (item.Size, item.LocalSize) = (100, 100))), "longer than the archive says");
        yield return ("less content than it says", () => ZipBytes.Of(ZipItem.Deflated("liar", new byte[100]).With(item => (item.Size, item.LocalSize) = (101, 101))), "shorter than the archive says");
        yield return ("two sizes of what is stored", () => ZipBytes.Of(ZipItem.Of("s", "abc").With(item => (item.Size, item.LocalSize) = (2, 2))), "two sizes");
        yield return ("a zip64 size", () => ZipBytes.Of(ZipItem.Of("s").With(item => (item.Size, item.Extra) = (uint.MaxValue, Zip64Extra))), "zip64");
        yield return ("a zip64 field that nobody needs", () => ZipBytes.Of(ZipItem.Of("s").With(item => item.Extra = Zip64Extra)), "zip64");
        yield return ("a zip64 field in its own header only", () => ZipBytes.Of(ZipItem.Of("s").With(item => item.LocalExtra = Zip64Extra)), "zip64");
        yield return ("a zip64 place", () => ZipBytes.Of(ZipItem.Of("s").With(item => item.OffsetTold = uint.MaxValue)), "zip64");
        yield return ("a zip64 number of entries", () => ZipBytes.Of(zip => (zip.Count, zip.CountOnDisk) = (0xFFFF, 0xFFFF), ZipItem.Of("s")), "zip64");
        yield return ("a zip64 directory", () => ZipBytes.Of(zip => zip.DirectoryOffset = uint.MaxValue, ZipItem.Of("s")), "zip64");
        yield return ("a zip64 end", () => ZipBytes.Of(zip => zip.BeforeEnd = [0x50, 0x4B, 6, 6, .. new byte[52], 0x50, 0x4B, 6, 7, .. new byte[16]], ZipItem.Of("s")), "not where it should be");
    }

    private static IEnumerable<(string What, Func<byte[]> Bytes, string Why)> Headers()
    {
        static byte[] One(Action<ZipItem> change) => ZipBytes.Of(ZipItem.Of("fine.py"), ZipItem.Of("x", "content").With(change), ZipItem.Of("last"));
        yield return ("another name in its own header", () => One(item => item.LocalName = "y"u8.ToArray()), "another name");
        yield return ("a longer name in its own header", () => One(item => item.LocalName = "../../x"u8.ToArray()), "another name");
        yield return ("another method in its own header", () => One(item => item.LocalMethod = 8), "something else in its own header");
        yield return ("other flags in its own header", () => One(item => item.LocalFlags = 0x800), "something else in its own header");
        yield return ("another size in its own header", () => One(item => item.LocalSize = 1), "something else in its own header");
        yield return ("another packed size in its own header", () => One(item => item.LocalPackedSize = 1), "something else in its own header");
        yield return ("another checksum in its own header", () => One(item => item.LocalCrc ^= 1), "something else in its own header");
        yield return ("no sizes in its own header, and no descriptor", () => One(item => (item.LocalSize, item.LocalPackedSize, item.LocalCrc) = (0, 0, 0)), "something else in its own header");
        yield return ("no header of its own", () => One(item => item.LocalSignature = 0), "not where the directory says");
        yield return ("encrypted", () => One(item => item.Flags = 1), "encrypted");
        yield return ("encrypted by its own header only", () => One(item => item.LocalFlags = 1), "something else in its own header");
        yield return ("strongly encrypted", () => One(item => item.Flags = 0x41), "encrypted");
        yield return ("an encrypted directory", () => One(item => item.Flags = 0x2000), "encrypted");
        yield return ("AES", () => One(item => item.Extra = [0x01, 0x99, 7, 0, 2, 0, 65, 69, 3, 8, 0]), "encrypted");
        yield return ("patched", () => One(item => item.Flags = 0x20), "not known here");
        foreach (var method in new ushort[] { 1, 6, 9, 12, 14, 93, 95, 99 })
        {
            yield return ($"method {method}", () => One(item => item.Method = method), "is packed by method");
        }

        yield return ("a second name", () => One(item => item.Extra = SecondName), "second name");
        yield return ("a second name in its own header only", () => One(item => item.LocalExtra = SecondName), "second name");
        yield return ("a broken extra field", () => One(item => item.Extra = [9, 9, 200, 0, 1]), "broken header");
        yield return ("half an extra field", () => One(item => item.LocalExtra = [9, 9, 0]), "broken header");
        yield return ("on another disk", () => One(item => item.Disk = 1), "another disk");
        yield return ("two entries of the same content", () => ZipBytes.Of(ZipItem.Of("a"), ZipItem.Of("a2").With(item => (item.OffsetTold, item.IsOnlyTold, item.LocalName) = (0, true, "a"u8.ToArray()))), "overlaps");
        yield return ("a thousand entries of the same content", Quoted, "overlaps");
        yield return ("an entry within another one", Nested, "overlaps");
        yield return ("an entry within the directory", () => One(item => item.OffsetTold = 200), "which");
        yield return ("an entry behind the end", () => One(item => item.OffsetTold = 100_000), "which");
        yield return ("bytes between entries", () => One(item => item.Behind = new byte[20]), "belong to nothing");
        yield return ("an entry that the directory hides", () => ZipBytes.Of(ZipItem.Of("a").With(item => item.Behind = ZipBytes.Of(ZipItem.Of("../evil"))), ZipItem.Of("b")), "belong to nothing");
        yield return ("an entry that begins too late", () => ZipBytes.Of(zip => zip.Before = new byte[10], ZipItem.Of("a")), "belong to nothing");
    }

    private static IEnumerable<(string What, Func<byte[]> Bytes, string Why)> Ends()
    {
        var fine = ZipBytes.Of(ZipItem.Of("a"));
        yield return ("no bytes", () => [], "no zip archive");
        yield return ("other bytes", () => Encoding.UTF8.GetBytes(new string('x', 1000)), "no zip archive");
        yield return ("a tar archive", () => [.. Encoding.ASCII.GetBytes("a".PadRight(100, '\0')), .. new byte[924]], "no zip archive");
        yield return ("cut off in the end", () => fine[..^1], "no zip archive");
        yield return ("cut off in the directory", () => fine[..^30], "no zip archive");
        yield return ("cut off in the beginning", () => fine[1..], "not where it should be");
        yield return ("something behind it", () => [.. fine, 0], "no zip archive");
        yield return ("another archive behind it", () => [.. fine, .. ZipBytes.Of(ZipItem.Of("b"))], "not where it should be");
        yield return ("something before it", () => ZipBytes.Of(zip => (zip.Before, zip.CountsBefore) = ("#!/bin/sh\n"u8.ToArray(), false), ZipItem.Of("a")), "not where it should be");
        yield return ("something before the directory", () => ZipBytes.Of(zip => zip.BeforeDirectory = new byte[40], ZipItem.Of("a")), "belong to nothing");
        yield return ("something before the end", () => ZipBytes.Of(zip => zip.BeforeEnd = new byte[40], ZipItem.Of("a")), "not where it should be");
        yield return ("another archive as its comment", () => ZipBytes.Of(zip => zip.Comment = ZipBytes.Of(ZipItem.Of("b")), ZipItem.Of("a")), "ends in two ways");
        yield return ("a header in its comment", () => ZipBytes.Of(zip => zip.Comment = "see PK\u0003\u0004"u8.ToArray(), ZipItem.Of("a")), "looks like a part of an archive");
        yield return ("a comment that is longer than it says", () => ZipBytes.Of(zip => (zip.Comment, zip.CommentLength) = ("abc"u8.ToArray(), 2), ZipItem.Of("a")), "no zip archive");
        yield return ("a comment that is shorter than it says", () => ZipBytes.Of(zip => (zip.Comment, zip.CommentLength) = ("abc"u8.ToArray(), 4), ZipItem.Of("a")), "no zip archive");
        yield return ("fewer entries than there are", () => ZipBytes.Of(zip => zip.Count = 1, ZipItem.Of("a"), ZipItem.Of("b")), "directory is broken");
        yield return ("more entries than there are", () => ZipBytes.Of(zip => zip.Count = 3, ZipItem.Of("a"), ZipItem.Of("b")), "says that it has 3");
        yield return ("another number on this disk", () => ZipBytes.Of(zip => zip.CountOnDisk = 1, ZipItem.Of("a"), ZipItem.Of("b")), "several disks");
        yield return ("several disks", () => ZipBytes.Of(zip => zip.Disk = 3, ZipItem.Of("a")), "several disks");
        yield return ("a directory that is not there", () => ZipBytes.Of(ZipItem.Of("a").With(item => item.Signature = 0)), "directory is broken");
        yield return ("a longer directory than it has", () => ZipBytes.Of(zip => zip.DirectorySize = 10_000, ZipItem.Of("a")), "not where it should be");
        yield return ("a shorter directory than it has", () => ZipBytes.Of(zip => zip.DirectorySize = 10, ZipItem.Of("a")), "not where it should be");
        yield return ("a directory elsewhere", () => ZipBytes.Of(zip => zip.DirectoryOffset = 0, ZipItem.Of("a")), "not where it should be");
        yield return ("a directory of 4 GiB", () => ZipBytes.Of(zip => zip.DirectorySize = uint.MaxValue - 1, ZipItem.Of("a")), "longer than 32 MiB");
        yield return ("a name that leads out of the directory", () => ZipBytes.Of(zip => zip.DirectorySize = 47, ZipItem.Of("a").With(item => item.Comment = new byte[500])), "not where it should be");
    }

    private static IEnumerable<(string What, Func<byte[]> Bytes, string Why)> Descriptors()
    {
        static byte[] One(Func<ZipItem, ZipItem> change) => ZipBytes.Of(change(ZipItem.Of("a", "content")), ZipItem.Of("b"));
        yield return ("a descriptor with another checksum", () => One(item => item.Described(change: bytes => bytes[4] ^= 1)), "behind its content");
        yield return ("a descriptor with another packed size", () => One(item => item.Described(change: bytes => bytes[8] ^= 1)), "behind its content");
        yield return ("a descriptor with another size", () => One(item => item.Described(change: bytes => bytes[12] ^= 1)), "behind its content");
        yield return ("a descriptor with another signature", () => One(item => item.Described(change: bytes => bytes[0] ^= 1)), "behind its content");
        yield return ("a short descriptor that lies", () => One(item => item.Described(signature: false, change: bytes => bytes[0] ^= 1)), "behind its content");
        yield return ("no descriptor where one should be", () => One(item => item.Described().With(one => one.Behind = [])), "overlaps");
        yield return ("half a descriptor", () => One(item => item.Described().With(one => one.Behind = one.Behind[..8])), "overlaps");
        yield return ("a zip64 descriptor", () => One(item => item.Described().With(one => one.Behind = [.. one.Behind, .. new byte[8]])), "belong to nothing");
        yield return ("a descriptor, and sizes that lie", () => One(item => item.Described().With(one => one.LocalSize = 9)), "something else in its own header");
    }

    private static IEnumerable<(string What, Func<byte[]> Bytes, string Why)> Contents()
    {
        yield return ("another content than its checksum", () => ZipBytes.Of(ZipItem.Of("a", "abc").With(item => item.Packed = "abd"u8.ToArray())), "another checksum");
        yield return ("broken content", () => ZipBytes.Of(ZipItem.Deflated("a", new byte[500]).With(item => item.Packed = [.. item.Packed.Select(_ => (byte)0xFF)])), "content is broken");
        yield return ("content that is cut off", CutOff, "which");
        yield return ("bytes behind the content", () => ZipBytes.Of(ZipItem.Deflated("a", "abc"u8.ToArray()).With(item =>
        {
            item.Packed = [.. item.Packed, .. new byte[100_000]];
            (item.PackedSize, item.LocalPackedSize) = ((uint)item.Packed.Length, (uint)item.Packed.Length);
        })), "bytes behind its content");
    }

    private static byte[] CutOff()
    {
        var random = new byte[5000];
        new Random(1).NextBytes(random);
        return ZipBytes.Of(ZipItem.Deflated("a", random).With(item =>
        {
            item.Packed = item.Packed[..^500];
            (item.PackedSize, item.LocalPackedSize) = ((uint)item.Packed.Length, (uint)item.Packed.Length);
        }));
    }

    /// <summary>Many names of one content: small to send, large to unpack.</summary>
    private static byte[] Quoted() => ZipBytes.Of([ZipItem.Of("f0", new string('x', 60_000)), .. Enumerable.Range(1, 900).Select(i => ZipItem.Of($"f{i}", new string('x', 60_000)).With(item => (item.OffsetTold, item.IsOnlyTold) = (0, true)))]);

    /// <summary>The second one's header is the first one's content.</summary>
    private static byte[] Nested()
    {
        var inner = ZipBytes.Of(ZipItem.Of("in", "evil"));
        var outer = ZipItem.Of("out"u8.ToArray(), inner);
        return ZipBytes.Of(outer, ZipItem.Of("in", "evil").With(item => (item.OffsetTold, item.IsOnlyTold) = (33, true)));
    }
}
