using Dpu.Hocon.Reading;
using Dpu.Hocon.Syntax;

namespace Dpu.Hocon;

/// <summary>
/// Reads typed settings out of a resolved object, and remembers which keys were asked for, so that a misspelt one is found.
/// Paths are path expressions relative to the object. Every error names the full path, the place, what was found and what is
/// expected. <c>null</c> counts as not set. Not thread-safe: a configuration is read once, at the start.
/// </summary>
public sealed partial class HoconReader
{
    private readonly HoconObject _object;
    private readonly UsedKeys _used;

    /// <summary>Reads from a root.</summary>
    public HoconReader(HoconObject root)
        : this(root, HoconPath.Root, new UsedKeys())
    {
    }

    private HoconReader(HoconObject value, HoconPath path, UsedKeys used)
    {
        _object = value;
        _used = used;
        Path = path;
    }

    /// <summary>Full path of this object from the root.</summary>
    public HoconPath Path { get; }

    /// <summary>Where this object first stands.</summary>
    public HoconOrigin Origin => _object.Origin;

    /// <summary>Keys of this object, in order, without those that are null.</summary>
    public IReadOnlyList<string> Keys =>
        [.. _object.Fields.Where(f => IsSet(f.Value)).Select(f => f.Key)];

    /// <summary>True when there is a value at the path that is not null.</summary>
    public bool Has(string path)
    {
        HoconPath relative = HoconPath.Parse(path);
        _used.Ask(Path.Append(relative));
        return IsSet(_object.GetPath(relative));
    }

    /// <summary>Where the value at the path stands, or this object when there is none: for errors that the caller finds.</summary>
    public HoconOrigin OriginOf(string path) => _object.GetPath(path)?.Origin ?? Origin;

    /// <summary>An error of the caller's own about the value at the path, with its place and full path in front.</summary>
    public HoconException Error(string path, string problem) =>
        new(OriginOf(path), $"{Path.Append(HoconPath.Parse(path))} {problem}");

    /// <summary>
    /// Refuses keys that nothing asked for, below <paramref name="under"/> (a full path; empty for everything), naming the nearest
    /// known key. To be called when all settings have been read.
    /// </summary>
    /// <exception cref="HoconException">There are unknown keys; the message has a line for each, the first ones if there are many.</exception>
    public void EnsureAllKeysUsed(string under = "")
    {
        const int LinesMax = 20;
        HoconPath at = under.Length == 0 ? HoconPath.Root : HoconPath.Parse(under);
        if (_object.GetPath(at) is not HoconObject section)
        {
            return;
        }

        List<(HoconPath Path, HoconField Field)> unknown = [.. _used.Unknown(section, Path.Append(at)).Take(LinesMax)];
        if (unknown.Count > 0)
        {
            IEnumerable<string> more = unknown.Skip(1).Select(u => $"\n{u.Field.AssignedAt}: {Describe(u.Path)}");
            throw new HoconException(unknown[0].Field.AssignedAt, Describe(unknown[0].Path) + string.Concat(more));
        }
    }

    private string Describe(HoconPath unknown) => $"unknown key {unknown}; {_used.Advice(unknown)}";

    private static bool IsSet(HoconValue? value) => value is not null and not HoconScalar { IsNull: true };

    private T Read<T>(string path, ValueFormat<T> format)
    {
        HoconPath relative = HoconPath.Parse(path);
        HoconValue? value = Take(relative, format);
        return value is null
            ? throw new HoconException(NearestOrigin(relative), $"{Path.Append(relative)} is missing; expected {format.Expected}, {Sample(relative, format)}")
            : Convert(relative, value, format);
    }

    private T ReadOr<T>(string path, T fallback, ValueFormat<T> format)
    {
        HoconPath relative = HoconPath.Parse(path);
        HoconValue? value = Take(relative, format);
        return IsSet(value) ? Convert(relative, value!, format) : fallback;
    }

    private HoconValue? Take<T>(HoconPath relative, ValueFormat<T> format)
    {
        HoconPath path = Path.Append(relative);
        if (ReferenceEquals(format, ValueFormats.Object))
        {
            _used.Ask(path);
        }
        else
        {
            _used.TakeWhole(path);
        }

        return _object.GetPath(relative);
    }

    private T Convert<T>(HoconPath relative, HoconValue value, ValueFormat<T> format) => format.TryRead(value, out T result)
        ? result
        : throw new HoconException(
            value.Origin, $"{Path.Append(relative)} is {Found(value)}; expected {format.Expected}, {Sample(relative, format)}");

    private string Sample<T>(HoconPath relative, ValueFormat<T> format) => $"for example {Path.Append(relative)} = {format.Example}";

    private static string Found(HoconValue value) => value switch
    {
        HoconObject => "an object",
        HoconArray => "a list: " + Excerpt.Of(HoconJson.ToJson(value)),
        HoconScalar { Kind: HoconScalarKind.Text } scalar => $"the text {HoconJson.Quote(Excerpt.Of(scalar.Text))}",
        HoconScalar scalar => Excerpt.Of(scalar.Text),
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    /// <summary>The deepest object on the way to a path that is not there: where the missing key belongs.</summary>
    private HoconOrigin NearestOrigin(HoconPath relative)
    {
        HoconObject nearest = _object;
        foreach (string key in relative.Elements.SkipLast(1))
        {
            if (nearest.FieldOf(key)?.Value is not HoconObject inner)
            {
                break;
            }

            nearest = inner;
        }

        return nearest.Origin;
    }
}
