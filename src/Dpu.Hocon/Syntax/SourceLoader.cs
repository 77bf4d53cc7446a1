using System.Text;

namespace Dpu.Hocon.Syntax;

/// <summary>An include statement: the name it gives, and whether the file must exist.</summary>
internal sealed record IncludeRequest(HoconOrigin Origin, string Name, bool Required);

/// <summary>Reads sources and the files that they include; bounds how much is read in one load.</summary>
internal sealed class SourceLoader(HoconOptions options)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<string> _open = [];
    private int _includes;
    private long _bytes;

    public HoconOptions Options => options;

    /// <summary>Values and keys that were written in all that was read; the resolver's bounds grow with it.</summary>
    public int ValueCount { get; private set; }

    public void CountValues(int count) => ValueCount += count;

    /// <summary>The root object of a source, or null for an optional file that is not there.</summary>
    public ObjectNode? Load(HoconSource source) => source switch
    {
        HoconSource.FileSource { Required: false } file when !File.Exists(file.Path) => null,
        HoconSource.FileSource file => LoadFile(file.Path, DocumentContext.TopLevel(file.Path, Path.GetDirectoryName(Path.GetFullPath(file.Path)))),
        HoconSource.TextSource text => AsObject(LoadText(text.Content, text.Name)),
        HoconSource.AssignmentSource assignment => new Parser(assignment.Content, TopLevel(assignment.Name), this).ParseAssignment(),
        _ => throw new ArgumentOutOfRangeException(nameof(source)),
    };

    public Node LoadText(string text, string name) => new Parser(text, TopLevel(name), this).ParseDocument();

    /// <summary>The root object of an included file, or null when it may be missing and is.</summary>
    public ObjectNode? Include(IncludeRequest request, DocumentContext from, HoconPath location, bool inList)
    {
        if (++_includes > options.IncludesMax)
        {
            throw new HoconException(request.Origin, $"more than {options.IncludesMax} includes in one configuration");
        }

        ObjectNode? merged = null;
        foreach (string path in IncludePaths.Of(request, from.Directory))
        {
            RefuseCycle(request, path);
            ObjectNode root = LoadFile(path, from.Included(path, location, inList));
            if (merged is null)
            {
                merged = root;
            }
            else
            {
                merged.Merge(root);
            }
        }

        return merged;
    }

    private DocumentContext TopLevel(string name) => DocumentContext.TopLevel(name, options.IncludeDirectory);

    private void RefuseCycle(IncludeRequest request, string path)
    {
        int first = _open.IndexOf(Path.GetFullPath(path));
        if (first >= 0)
        {
            IEnumerable<string> names = _open.Skip(first).Append(_open[first]).Select(file => Path.GetFileName(file)!);
            throw new HoconException(request.Origin, $"this include leads back to its own file ({string.Join(" → ", names)}); remove one of them");
        }

        if (_open.Count >= options.DepthMax)
        {
            throw new HoconException(request.Origin, $"includes are nested more than {options.DepthMax} levels deep");
        }
    }

    private ObjectNode LoadFile(string path, DocumentContext context)
    {
        string text = Decode(Read(path), path);
        _open.Add(Path.GetFullPath(path));
        ObjectNode root = AsObject(new Parser(text, context, this).ParseDocument());
        _open.RemoveAt(_open.Count - 1);
        return root;
    }

    private static ObjectNode AsObject(Node root) =>
        root as ObjectNode ?? throw new HoconException(root.Origin, "the document is an array; a configuration is an object: key = [ ... ]");

    private byte[] Read(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            var bytes = new MemoryStream();
            byte[] buffer = new byte[16 * 1024];
            // Counted while reading: the length of a device says nothing.
            for (int n = stream.Read(buffer); n > 0; n = stream.Read(buffer))
            {
                bytes.Write(buffer, 0, n);
                _bytes += n;
                if (_bytes > options.FileBytesMax)
                {
                    throw new HoconException(new HoconOrigin(path, 0, 0), $"with this file the configuration passes {options.FileBytesMax} bytes; that is too large");
                }
            }

            return bytes.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoconException(new HoconOrigin(path, 0, 0), ReadProblem(e, path), e);
        }
    }

    private static string ReadProblem(Exception e, string path) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        _ when Directory.Exists(path) => "this is a directory; name a file",
        UnauthorizedAccessException => "the file cannot be read: permission denied",
        _ => "the file cannot be read: " + e.Message,
    };

    private static string Decode(byte[] bytes, string path)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            ReadOnlySpan<byte> before = bytes.AsSpan(0, Math.Max(0, e.Index));
            int lineStart = before.LastIndexOf((byte)'\n') + 1;
            int column = Encoding.UTF8.GetCharCount(before[lineStart..]) + 1;
            throw new HoconException(
                new HoconOrigin(path, before.Count((byte)'\n') + 1, column), "a byte that is not UTF-8; save the file as UTF-8", e);
        }
    }
}
