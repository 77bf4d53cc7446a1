using Dpu.Hocon.Resolution;
using Dpu.Hocon.Syntax;

namespace Dpu.Hocon;

/// <summary>Parses one document and resolves its substitutions.</summary>
public static class HoconParser
{
    /// <summary>The object in a file; its includes are relative to the file.</summary>
    /// <exception cref="HoconException">The file is missing, malformed, or refers to what is not there.</exception>
    public static HoconObject ParseFile(string path, HoconOptions? options = null) =>
        HoconConfig.Load([HoconSource.File(path)], options);

    /// <summary>The object in a text; errors name it <paramref name="originName"/>.</summary>
    /// <exception cref="HoconException">The text is malformed, or refers to what is not there.</exception>
    public static HoconObject ParseString(string text, string originName, HoconOptions? options = null) =>
        HoconConfig.Load([HoconSource.Text(text, originName)], options);

    /// <summary>As <see cref="ParseString"/>, for a document whose root may also be an array.</summary>
    /// <exception cref="HoconException">The text is malformed, or refers to what is not there.</exception>
    public static HoconValue ParseDocument(string text, string originName, HoconOptions? options = null)
    {
        options ??= HoconOptions.Default;
        var loader = new SourceLoader(options);
        Node root = loader.LoadText(text, originName);
        return new Resolver(options, loader.ValueCount).ResolveValue([new Layer(root.Origin, root)]);
    }
}
