using System.Globalization;
using Dpu.Hocon.Syntax;

namespace Dpu.Hocon;

/// <summary>Durations and sizes as the specification writes them: a number of JSON, optional blanks, a unit.</summary>
public static class HoconUnits
{
    private const string Prefixes = "KMGTPEZY";

    private static readonly Dictionary<string, long> NanosecondsByUnit = DurationUnits();
    private static readonly Dictionary<string, decimal> BytesByUnit = SizeUnits();

    /// <summary>
    /// A duration such as <c>10 s</c>, <c>100ms</c> or <c>1.5 hours</c>; without a unit milliseconds. Rounded to 100 ns, the
    /// resolution of <see cref="TimeSpan"/>. False when malformed, negative or too large.
    /// </summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        if (!TrySplit(text, out decimal number, out string unit) || !NanosecondsByUnit.TryGetValue(unit, out long nanoseconds))
        {
            return false;
        }

        if (number < 0 || number > long.MaxValue / (decimal)nanoseconds * 100)
        {
            return false;
        }

        decimal ticks = decimal.Round(number * nanoseconds / 100);
        duration = ticks <= long.MaxValue ? TimeSpan.FromTicks((long)ticks) : default;
        return ticks <= long.MaxValue;
    }

    /// <summary>
    /// A size in bytes such as <c>512 MiB</c>, <c>10 kB</c> or <c>4g</c>; without a unit bytes. Fractions of a byte are cut off.
    /// False when malformed, negative or too large for 64 bits.
    /// </summary>
    public static bool TryParseSize(string text, out long bytes)
    {
        bytes = 0;
        if (!TrySplit(text, out decimal number, out string unit) || !BytesByUnit.TryGetValue(unit, out decimal factor))
        {
            return false;
        }

        if (number < 0 || number > long.MaxValue / factor)
        {
            return false;
        }

        bytes = (long)(number * factor);
        return true;
    }

    /// <summary>A number in JSON's notation that fits <see cref="decimal"/>.</summary>
    internal static bool TryParseNumber(ReadOnlySpan<char> text, out decimal number)
    {
        number = 0;
        return JsonNumber.Matches(text) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    private static bool TrySplit(string text, out decimal number, out string unit)
    {
        ReadOnlySpan<char> trimmed = Trim(text);
        int letters = trimmed.Length;
        while (letters > 0 && char.IsLetter(trimmed[letters - 1]))
        {
            letters--;
        }

        unit = trimmed[letters..].ToString();
        return TryParseNumber(Trim(trimmed[..letters]), out number);
    }

    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text)
    {
        while (text.Length > 0 && Characters.IsWhitespace(text[0]))
        {
            text = text[1..];
        }

        while (text.Length > 0 && Characters.IsWhitespace(text[^1]))
        {
            text = text[..^1];
        }

        return text;
    }

    private static Dictionary<string, long> DurationUnits()
    {
        var units = new Dictionary<string, long>(StringComparer.Ordinal);
        Add(units, 1, "ns", "nano", "nanos", "nanosecond", "nanoseconds");
        Add(units, 1_000, "us", "micro", "micros", "microsecond", "microseconds");
        Add(units, 1_000_000, "", "ms", "milli", "millis", "millisecond", "milliseconds");
        Add(units, 1_000_000_000, "s", "second", "seconds");
        Add(units, 60_000_000_000, "m", "minute", "minutes");
        Add(units, 3_600_000_000_000, "h", "hour", "hours");
        Add(units, 86_400_000_000_000, "d", "day", "days");
        return units;
    }

    private static Dictionary<string, decimal> SizeUnits()
    {
        string[] decimalNames = ["kilo", "mega", "giga", "tera", "peta", "exa", "zetta", "yotta"];
        string[] binaryNames = ["kibi", "mebi", "gibi", "tebi", "pebi", "exbi", "zebi", "yobi"];
        var units = new Dictionary<string, decimal>(StringComparer.Ordinal);
        Add(units, 1m, "", "B", "b", "byte", "bytes");
        (decimal ten, decimal two) = (1, 1);
        for (int i = 0; i < Prefixes.Length; i++)
        {
            (ten, two) = (ten * 1000, two * 1024);
            char upper = Prefixes[i];
            char lower = char.ToLowerInvariant(upper);
            // Only the kilobyte of a thousand has a small letter: kB, but MB.
            Add(units, ten, $"{(i == 0 ? lower : upper)}B", decimalNames[i] + "byte", decimalNames[i] + "bytes");
            Add(units, two, $"{upper}", $"{lower}", $"{upper}i", $"{upper}iB", binaryNames[i] + "byte", binaryNames[i] + "bytes");
        }

        return units;
    }

    private static void Add<T>(Dictionary<string, T> units, T factor, params string[] names)
    {
        foreach (string name in names)
        {
            units.Add(name, factor);
        }
    }
}
