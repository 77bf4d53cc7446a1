using Dpu.Hocon.Syntax;

namespace Dpu.Hocon;

/// <summary>The keys that lead from the root to a value. Its text form quotes what has to be quoted, and parses back to itself.</summary>
public sealed class HoconPath : IEquatable<HoconPath>
{
    private readonly string[] _elements;
    private string? _text;

    private HoconPath(string[] elements) => _elements = elements;

    /// <summary>The path of the root itself: no keys.</summary>
    public static HoconPath Root { get; } = new([]);

    /// <summary>The keys, unquoted, outermost first.</summary>
    public IReadOnlyList<string> Elements => _elements;

    /// <summary>A path of these keys, taken literally.</summary>
    public static HoconPath Of(params string[] keys) => new([.. keys]);

    /// <summary>Parses a path expression such as <c>dpu.recipes."my.recipe".command</c>.</summary>
    /// <exception cref="HoconException">The text is no path expression.</exception>
    public static HoconPath Parse(string text) => new(PathExpression.Parse(text));

    /// <summary>The path of a key below this one.</summary>
    public HoconPath Append(string key) => new([.. _elements, key]);

    /// <summary>The path of <paramref name="other"/> below this one.</summary>
    public HoconPath Append(HoconPath other) => _elements.Length == 0 ? other : new([.. _elements, .. other._elements]);

    /// <inheritdoc/>
    public bool Equals(HoconPath? other) => other is not null && _elements.AsSpan().SequenceEqual(other._elements);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as HoconPath);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());

    /// <summary>The path expression.</summary>
    public override string ToString() => _text ??= string.Join('.', _elements.Select(Quoted));

    private static string Quoted(string key)
    {
        bool plain = key.Length > 0;
        foreach (char c in key)
        {
            plain &= char.IsAsciiLetterOrDigit(c) || c is '-' or '_';
        }

        return plain ? key : HoconJson.Quote(key);
    }
}
