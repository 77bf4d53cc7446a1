using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Dpu.Client.Shipping;

/// <summary>
/// Packs a tree of code, configuration files included, so that the same tree gives the same archive: entries in the order of their names, one time for all, permissions reduced to whether a file can
/// be executed. Links become what they lead to, which must be inside the tree.
/// </summary>
public static class CodePacker
{
    /// <summary>More is no tree of code: somebody has named his home.</summary>
    private const long FileBytesMax = 1L << 30;

    private const int FilesMax = 20_000;
    private const int FileMode = 0x81A4 << 16;
    private const int ExecutableMode = 0x81ED << 16;

    // Dates of zip archives begin here.
    private static readonly DateTimeOffset OneTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] NotShipped = [".git", ".hg", ".svn", "CVS", "__pycache__", ".mypy_cache", ".pytest_cache", ".ipynb_checkpoints", ".ssh", ".gnupg", ".netrc", ".pgpass", ".DS_Store"];

    /// <summary>Packs a folder. What it needs on the disk is a temporary file.</summary>
    /// <exception cref="CodeTreeException">The folder cannot be read, or holds what cannot be shipped.</exception>
    public static CodePackage Pack(string folder, CancellationToken ct)
    {
        try
        {
            var tree = new TreeWalk(folder).Read();
            return Pack(tree, ct);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CodeTreeException($"{folder} cannot be packed: {error.Message}", error);
        }
    }

    /// <summary>Packs files that are at hand one by one, as a browser sends those of a folder. Whether one can be executed is not told there: what begins like a program or a script can.</summary>
    /// <param name="tree">What they are called together, for messages.</param>
    /// <param name="files">With names below the tree, parted by slashes.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="CodeTreeException">There is none to ship, too many, or two of one name.</exception>
    public static CodePackage Pack(string tree, IEnumerable<CodeFile> files, CancellationToken ct)
    {
        var (shipped, leftOut) = (new SortedDictionary<string, CodeFile>(StringComparer.Ordinal), new List<string>());
        foreach (var file in files)
        {
            if (file.Name.Split('/').Any(IsNotShipped))
            {
                leftOut.Add(file.Name);
            }
            else if (!shipped.TryAdd(file.Name, file))
            {
                throw new CodeTreeException($"'{file.Name}' stands twice in {tree}.");
            }
        }

        if (shipped.Count == 0)
        {
            throw new CodeTreeException($"There is no file in {tree} that could be shipped.");
        }

        CheckSize(tree, shipped.Count, shipped.Values.Sum(file => file.Length));
        leftOut.Sort(StringComparer.Ordinal);
        return Pack(tree, shipped.Select(pair => new Source(pair.Key, pair.Value.Open, LooksExecutable(pair.Value))).ToList(), shipped.Values.Sum(file => file.Length), leftOut, ct);
    }

    private static CodePackage Pack(TreeWalk tree, CancellationToken ct) => Pack(
        tree.Root,
        tree.Files.Select(pair => new Source(pair.Key, pair.Value.OpenRead, (pair.Value.UnixFileMode & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0)).ToList(),
        tree.Bytes,
        tree.LeftOut,
        ct);

    private static CodePackage Pack(string root, IReadOnlyList<Source> sources, long bytes, IReadOnlyList<string> leftOut, CancellationToken ct)
    {
        var archive = new FileStream(
            Path.Combine(Path.GetTempPath(), $"dpu-code-{Guid.NewGuid():N}.zip"),
            new FileStreamOptions { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        try
        {
            using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
            {
                foreach (var source in sources)
                {
                    ct.ThrowIfCancellationRequested();
                    Add(zip, source);
                }
            }

            archive.Position = 0;
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(archive));
            archive.Position = 0;
            return new CodePackage(root, archive, sha256, sources.Count, bytes, leftOut);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    private static void Add(ZipArchive zip, Source source)
    {
        var entry = zip.CreateEntry(source.Name, CompressionLevel.Optimal);
        entry.LastWriteTime = OneTime;
        entry.ExternalAttributes = source.IsExecutable ? ExecutableMode : FileMode;
        using var content = source.Open();
        using var target = entry.Open();
        content.CopyTo(target);
    }

    private static bool IsNotShipped(string name) => NotShipped.Contains(name, StringComparer.Ordinal) || name.EndsWith(".pyc", StringComparison.Ordinal);

    private static void CheckSize(string tree, int files, long bytes)
    {
        if (files > FilesMax || bytes > FileBytesMax)
        {
            throw new CodeTreeException(string.Create(CultureInfo.InvariantCulture, $"{tree} holds more than {FilesMax} files or {FileBytesMax >> 30} GiB: that is no tree of code. Name the folder of the code, or run released code with --code none."));
        }
    }

    private static bool LooksExecutable(CodeFile file)
    {
        using var content = file.Open();
        Span<byte> begin = stackalloc byte[4];
        var read = content.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false);
        return begin[..read].StartsWith("#!"u8) || begin[..read].StartsWith("\u007fELF"u8);
    }

    /// <summary>A file on its way into an archive.</summary>
    private sealed record Source(string Name, Func<Stream> Open, bool IsExecutable);

    /// <summary>What of a folder is shipped.</summary>
    private sealed class TreeWalk
    {
        private readonly string _root;

        public TreeWalk(string folder)
        {
            if (!Directory.Exists(folder))
            {
                throw new CodeTreeException($"There is no folder {folder}.");
            }

            _root = RealPath(Path.GetFullPath(folder));
        }

        public string Root => _root;

        /// <summary>By name, in order.</summary>
        public SortedDictionary<string, FileInfo> Files { get; } = new(StringComparer.Ordinal);

        public List<string> LeftOut { get; } = [];

        public long Bytes { get; private set; }

        public TreeWalk Read()
        {
            Walk(new DirectoryInfo(_root), "", [_root]);
            LeftOut.Sort(StringComparer.Ordinal);
            return Files.Count > 0 ? this : throw new CodeTreeException($"There is no file in {_root} that could be shipped.");
        }

        /// <param name="folder">A real folder.</param>
        /// <param name="prefix">Its name in the archive, with a slash behind it; empty for the tree itself.</param>
        /// <param name="above">The real folders on the way to it, itself included: a link to one of them has no end.</param>
        private void Walk(DirectoryInfo folder, string prefix, IReadOnlyList<string> above)
        {
            foreach (var item in folder.EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0, ReturnSpecialDirectories = false }))
            {
                var name = prefix + item.Name;
                if (IsNotShipped(item.Name))
                {
                    LeftOut.Add(name);
                    continue;
                }

                var real = item.LinkTarget is null ? item.FullName : Inside(item, name);
                if (Directory.Exists(real))
                {
                    if (item.LinkTarget is not null && above.Contains(real, StringComparer.Ordinal))
                    {
                        throw new CodeTreeException($"'{name}' in {_root} is a link to a folder that holds it: it has no end. Remove it, or ship a tree without it.");
                    }

                    Walk(new DirectoryInfo(real), name + "/", [.. above, real]);
                }
                else if (UnixKind.IsRegularFile(real))
                {
                    Add(name, new FileInfo(real));
                }
                else
                {
                    LeftOut.Add(name);
                }
            }
        }

        private void Add(string name, FileInfo file)
        {
            Files.Add(name, file);
            Bytes += file.Length;
            CheckSize(_root, Files.Count, Bytes);
        }

        /// <summary>Where a link leads to; inside the tree, or the tree is not shipped.</summary>
        private string Inside(FileSystemInfo link, string name)
        {
            var real = RealPath(link.FullName);
            return real.StartsWith(_root + "/", StringComparison.Ordinal) || real == _root
                ? Path.Exists(real) ? real : throw new CodeTreeException($"'{name}' in {_root} is a link to '{link.LinkTarget}', which is not there.")
                : throw new CodeTreeException($"'{name}' in {_root} is a link to '{link.LinkTarget}', which leads out of the tree: nothing else is shipped. Put a copy in its place.");
        }

        /// <summary>Without a link in any of its parts.</summary>
        private static string RealPath(string path)
        {
            const int LinksMax = 40;
            var (real, rest, links) = ("/", new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse()), 0);
            while (rest.TryPop(out var part))
            {
                if (part == "..")
                {
                    real = Path.GetDirectoryName(real) ?? "/";
                    continue;
                }

                var next = Path.Combine(real, part);
                if (new FileInfo(next).LinkTarget is not { } target)
                {
                    real = part == "." ? real : next;
                    continue;
                }

                if (++links > LinksMax)
                {
                    throw new CodeTreeException($"{path} is a link without an end.");
                }

                real = target.StartsWith('/') ? "/" : real;
                foreach (var piece in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    rest.Push(piece);
                }
            }

            return real;
        }
    }
}
