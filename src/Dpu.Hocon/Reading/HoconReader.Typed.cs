using System.Diagnostics.CodeAnalysis;
using Dpu.Hocon.Reading;

namespace Dpu.Hocon;

/// <summary>
/// The typed settings. <c>GetX</c> needs the setting; <c>GetXOrDefault</c> gives the fallback when it is missing or null. A value of
/// another type is an error in both.
/// </summary>
public sealed partial class HoconReader
{
    /// <summary>A text; a number or boolean gives the text it was written as.</summary>
    public string GetString(string path) => Read(path, ValueFormats.Text);

    /// <inheritdoc cref="GetString"/>
    [return: NotNullIfNotNull(nameof(fallback))]
    public string? GetStringOrDefault(string path, string? fallback) => ReadOr(path, fallback!, ValueFormats.Text);

    /// <summary>A text out of a fixed set.</summary>
    public string GetOneOf(string path, IReadOnlyList<string> allowed) => Read(path, ValueFormats.OneOf(allowed));

    /// <inheritdoc cref="GetOneOf"/>
    public string GetOneOfOrDefault(string path, IReadOnlyList<string> allowed, string fallback) => ReadOr(path, fallback, ValueFormats.OneOf(allowed));

    /// <summary>A whole number in a range, both ends included.</summary>
    public int GetInt32(string path, int min = int.MinValue, int max = int.MaxValue) => Read(path, ValueFormats.Int32(min, max));

    /// <inheritdoc cref="GetInt32"/>
    public int GetInt32OrDefault(string path, int fallback, int min = int.MinValue, int max = int.MaxValue) =>
        ReadOr(path, fallback, ValueFormats.Int32(min, max));

    /// <summary>A whole number in a range, both ends included.</summary>
    public long GetInt64(string path, long min = long.MinValue, long max = long.MaxValue) => Read(path, ValueFormats.Int64(min, max));

    /// <inheritdoc cref="GetInt64"/>
    public long GetInt64OrDefault(string path, long fallback, long min = long.MinValue, long max = long.MaxValue) =>
        ReadOr(path, fallback, ValueFormats.Int64(min, max));

    /// <summary>A finite number.</summary>
    public double GetDouble(string path) => Read(path, ValueFormats.Double);

    /// <inheritdoc cref="GetDouble"/>
    public double GetDoubleOrDefault(string path, double fallback) => ReadOr(path, fallback, ValueFormats.Double);

    /// <summary>True, yes, on; false, no, off.</summary>
    public bool GetBoolean(string path) => Read(path, ValueFormats.Boolean);

    /// <inheritdoc cref="GetBoolean"/>
    public bool GetBooleanOrDefault(string path, bool fallback) => ReadOr(path, fallback, ValueFormats.Boolean);

    /// <summary>A duration, never negative; a bare number is milliseconds.</summary>
    public TimeSpan GetDuration(string path) => Read(path, ValueFormats.Duration);

    /// <inheritdoc cref="GetDuration"/>
    public TimeSpan GetDurationOrDefault(string path, TimeSpan fallback) => ReadOr(path, fallback, ValueFormats.Duration);

    /// <summary>A size in bytes, never negative; a bare number is bytes.</summary>
    public long GetSize(string path) => Read(path, ValueFormats.Size);

    /// <inheritdoc cref="GetSize"/>
    public long GetSizeOrDefault(string path, long fallback) => ReadOr(path, fallback, ValueFormats.Size);

    /// <summary>A list of texts; an object with numbers as keys counts as one.</summary>
    public IReadOnlyList<string> GetStringList(string path) => Read(path, ValueFormats.TextList);

    /// <inheritdoc cref="GetStringList"/>
    public IReadOnlyList<string> GetStringListOrDefault(string path, IReadOnlyList<string> fallback) => ReadOr(path, fallback, ValueFormats.TextList);

    /// <summary>A list of any values; an object with numbers as keys counts as one.</summary>
    public IReadOnlyList<HoconValue> GetList(string path) => Read(path, ValueFormats.List);

    /// <inheritdoc cref="GetList"/>
    public IReadOnlyList<HoconValue> GetListOrDefault(string path, IReadOnlyList<HoconValue> fallback) => ReadOr(path, fallback, ValueFormats.List);

    /// <summary>Any value as it is, also null; all that is in it counts as known.</summary>
    public HoconValue GetValue(string path) => Read(path, ValueFormats.Any);

    /// <summary>A reader of the object at the path; its keys have to be asked for one by one.</summary>
    public HoconReader GetObject(string path)
    {
        HoconObject value = Read(path, ValueFormats.Object);
        return new HoconReader(value, Path.Append(HoconPath.Parse(path)), _used);
    }

    /// <summary>As <see cref="GetObject"/>; an empty object when there is none.</summary>
    public HoconReader GetObjectOrEmpty(string path)
    {
        HoconObject value = ReadOr(path, new HoconObject([], Origin), ValueFormats.Object);
        return new HoconReader(value, Path.Append(HoconPath.Parse(path)), _used);
    }

    /// <summary>
    /// Readers of the objects in the object at the path, by key and in order, such as the recipes of <c>dpu.recipes</c>; none when there
    /// is no object. A key whose value is null is left out.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, HoconReader>> GetObjects(string path)
    {
        HoconReader section = GetObjectOrEmpty(path);
        return [.. section.Keys.Select(key => KeyValuePair.Create(key, section.GetObject(HoconPath.Of(key).ToString())))];
    }
}
