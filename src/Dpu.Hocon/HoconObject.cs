using System.Diagnostics.CodeAnalysis;

namespace Dpu.Hocon;

/// <summary>One field of an object.</summary>
/// <param name="Key">The key, unquoted.</param>
/// <param name="Value">Its value.</param>
/// <param name="AssignedAt">Where the winning assignment's key stands; the value's own text may be elsewhere.</param>
public sealed record HoconField(string Key, HoconValue Value, HoconOrigin AssignedAt);

/// <summary>An object: fields in the order in which their keys first appeared.</summary>
public sealed class HoconObject : HoconValue
{
    private readonly Dictionary<string, HoconField> _byKey;

    /// <summary>An object of <paramref name="fields"/>, whose keys are distinct.</summary>
    public HoconObject(IReadOnlyList<HoconField> fields, HoconOrigin origin)
        : base(origin)
    {
        Fields = fields;
        _byKey = new Dictionary<string, HoconField>(fields.Count, StringComparer.Ordinal);
        foreach (HoconField field in fields)
        {
            _byKey.Add(field.Key, field);
        }
    }

    /// <summary>The fields in order.</summary>
    public IReadOnlyList<HoconField> Fields { get; }

    /// <summary>Number of fields.</summary>
    public int Count => Fields.Count;

    /// <summary>The keys in order.</summary>
    public IEnumerable<string> Keys => Fields.Select(f => f.Key);

    /// <summary>The value at a key of this object (a key, not a path).</summary>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public HoconValue this[string key] => _byKey[key].Value;

    /// <summary>The value at a key of this object (a key, not a path).</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out HoconValue? value)
    {
        value = FieldOf(key)?.Value;
        return value is not null;
    }

    /// <summary>The field with this key, or null.</summary>
    public HoconField? FieldOf(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>The value at a path expression such as <c>dpu.http.port</c>, or null when there is none.</summary>
    /// <exception cref="HoconException">The text is no path expression.</exception>
    public HoconValue? GetPath(string path) => GetPath(HoconPath.Parse(path));

    /// <summary>The value at a path, or null when there is none.</summary>
    public HoconValue? GetPath(HoconPath path)
    {
        HoconValue? value = this;
        foreach (string key in path.Elements)
        {
            value = (value as HoconObject)?.FieldOf(key)?.Value;
        }

        return value;
    }
}
