using System.Globalization;
using Dpu.Hocon.Syntax;

namespace Dpu.Hocon.Reading;

internal delegate bool TryRead<T>(HoconValue value, out T result);

/// <summary>One type that a setting can have: how it is read, and how an error explains it.</summary>
internal sealed record ValueFormat<T>(string Expected, string Example, TryRead<T> TryRead);

/// <summary>The types of settings, with the specification's automatic conversions and no others.</summary>
internal static class ValueFormats
{
    public static readonly ValueFormat<string> Text = new("a text", "\"some text\"", TryText);

    public static readonly ValueFormat<bool> Boolean = new("true or false (also yes, on, no, off)", "true", TryBoolean);

    public static readonly ValueFormat<double> Double = new("a number", "0.5", TryDouble);

    public static readonly ValueFormat<TimeSpan> Duration = new(
        "a duration: a number and a unit out of ns, us, ms, s, m, h, d (or second, minutes, ...)", "10 s", TryDuration);

    public static readonly ValueFormat<long> Size = new(
        "a size: a number and a unit out of B, kB, MB, GB, KiB, MiB, GiB (or K, M, G: powers of 1024)", "512 MiB", TrySize);

    public static readonly ValueFormat<IReadOnlyList<HoconValue>> List = new("a list", "[a, b]", TryList);

    public static readonly ValueFormat<IReadOnlyList<string>> TextList = new("a list of texts", "[a, b]", TryTextList);

    public static readonly ValueFormat<HoconObject> Object = new("an object", "{ key = value }", TryObject);

    public static readonly ValueFormat<HoconValue> Any = new("a value", "1", TryAny);

    public static ValueFormat<int> Int32(int min, int max) =>
        new(Whole(min, max, int.MinValue, int.MaxValue), Sample(min, max), (HoconValue value, out int result) =>
        {
            bool read = TryWhole(value, min, max, out long number);
            result = (int)number;
            return read;
        });

    public static ValueFormat<long> Int64(long min, long max) =>
        new(Whole(min, max, long.MinValue, long.MaxValue), Sample(min, max), (HoconValue value, out long result) => TryWhole(value, min, max, out result));

    public static ValueFormat<string> OneOf(IReadOnlyList<string> allowed) =>
        new("one of " + string.Join(", ", allowed), allowed[0], (HoconValue value, out string result) => TryText(value, out result) && allowed.Contains(result));

    private static string Whole(long min, long max, long least, long most) => (min > least, max < most) switch
    {
        (false, false) => "a whole number",
        (true, false) => $"a whole number of at least {min}",
        (false, true) => $"a whole number of at most {max}",
        (true, true) => $"a whole number from {min} to {max}",
    };

    private static string Sample(long min, long max) => Math.Clamp(10, min, max).ToString(CultureInfo.InvariantCulture);

    private static bool TryScalar(HoconValue value, out string text)
    {
        text = value is HoconScalar { IsNull: false } scalar ? scalar.Text : "";
        return value is HoconScalar { IsNull: false };
    }

    private static bool TryText(HoconValue value, out string result) => TryScalar(value, out result);

    private static bool TryBoolean(HoconValue value, out bool result)
    {
        bool known = TryScalar(value, out string text) && text is "true" or "yes" or "on" or "false" or "no" or "off";
        result = text is "true" or "yes" or "on";
        return known;
    }

    private static bool TryWhole(HoconValue value, long min, long max, out long result)
    {
        result = 0;
        if (!TryScalar(value, out string text) || !HoconUnits.TryParseNumber(text, out decimal number))
        {
            return false;
        }

        if (decimal.Truncate(number) != number || number < min || number > max)
        {
            return false;
        }

        result = (long)number;
        return true;
    }

    private static bool TryDouble(HoconValue value, out double result)
    {
        result = 0;
        return TryScalar(value, out string text)
            && JsonNumber.Matches(text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out result)
            && double.IsFinite(result);
    }

    private static bool TryDuration(HoconValue value, out TimeSpan result)
    {
        result = default;
        return TryScalar(value, out string text) && HoconUnits.TryParseDuration(text, out result);
    }

    private static bool TrySize(HoconValue value, out long result)
    {
        result = 0;
        return TryScalar(value, out string text) && HoconUnits.TryParseSize(text, out result);
    }

    private static bool TryList(HoconValue value, out IReadOnlyList<HoconValue> result)
    {
        result = value is HoconArray array ? array.Items : value is HoconObject o ? Numbered(o) : [];
        return value is HoconArray || result.Count > 0;
    }

    private static HoconValue[] Numbered(HoconObject value)
    {
        var items = new List<(int Index, HoconValue Value)>();
        foreach (HoconField field in value.Fields)
        {
            if (NumericKey.TryParse(field.Key, out int index))
            {
                items.Add((index, field.Value));
            }
        }

        return [.. items.OrderBy(item => item.Index).Select(item => item.Value)];
    }

    private static bool TryTextList(HoconValue value, out IReadOnlyList<string> result)
    {
        var texts = new List<string>();
        result = texts;
        if (!TryList(value, out IReadOnlyList<HoconValue> items))
        {
            return false;
        }

        foreach (HoconValue item in items)
        {
            if (!TryScalar(item, out string text))
            {
                return false;
            }

            texts.Add(text);
        }

        return true;
    }

    private static bool TryObject(HoconValue value, out HoconObject result)
    {
        result = (value as HoconObject)!;
        return value is HoconObject;
    }

    private static bool TryAny(HoconValue value, out HoconValue result)
    {
        result = value;
        return true;
    }
}
