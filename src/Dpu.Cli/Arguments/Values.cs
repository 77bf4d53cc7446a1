using System.Globalization;

namespace Dpu.Cli.Arguments;

/// <summary>Reads what stands behind options; each error says what would be right.</summary>
internal static class Values
{
    private static readonly (string Suffix, double Bytes)[] SizeUnits =
    [
        ("kib", 1L << 10), ("mib", 1L << 20), ("gib", 1L << 30), ("tib", 1L << 40),
        ("ki", 1L << 10), ("mi", 1L << 20), ("gi", 1L << 30), ("ti", 1L << 40),
        ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12),
        ("k", 1L << 10), ("m", 1L << 20), ("g", 1L << 30), ("t", 1L << 40),
        ("b", 1), ("", 1),
    ];

    private static readonly (string Suffix, double Seconds)[] DurationUnits =
    [
        ("ms", 0.001), ("min", 60), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400), ("", 1),
    ];

    public static int JobId(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
            ? id
            : throw new UsageException($"'{text}' is no job id: a job id is a whole number such as 84820.");

    /// <summary>Job ids of an option that may be repeated; null when it was not given.</summary>
    public static IReadOnlyList<int>? JobIds(string[]? texts) => texts is { Length: > 0 } ? [.. texts.Select(JobId)] : null;

    public static int? WholeNumber(string option, string? text, int min)
    {
        if (text is null)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min
            ? number
            : throw new UsageException(min == int.MinValue
                ? $"{option} takes a whole number, not '{text}'."
                : string.Create(CultureInfo.InvariantCulture, $"{option} takes a whole number of at least {min}, not '{text}'."));
    }

    /// <summary>Bytes: <c>512 MiB</c>, <c>2G</c> (both of 1024), <c>2GB</c> (of 1000), or a plain number of bytes.</summary>
    public static long? Size(string option, string? text)
    {
        var bytes = Scaled(text, SizeUnits);
        return text is null
            ? null
            : bytes is > 0 and < long.MaxValue
                ? (long)bytes
                : throw new UsageException($"{option} takes a size such as 512MiB or 2GiB, not '{text}'.");
    }

    /// <summary>Seconds: <c>90</c>, <c>90s</c>, <c>5min</c>, <c>2h</c>.</summary>
    public static double? Seconds(string option, string? text)
    {
        var seconds = Scaled(text, DurationUnits);
        return text is null
            ? null
            : seconds is > 0
                ? seconds
                : throw new UsageException($"{option} takes a time in seconds, such as 90, or 5min, 2h; not '{text}'.");
    }

    /// <summary>A moment: <c>2026-11-27T23:00:00Z</c>, or seconds since 1970. Without a zone it is UTC.</summary>
    public static DateTimeOffset? Time(string option, string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 1L << 36)
        {
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new UsageException($"{option} takes a time such as 2026-11-27T23:00:00Z, or seconds since 1970, not '{text}'.");
    }

    /// <summary>A text that must not be empty.</summary>
    public static string? NotEmpty(string option, string? text) =>
        text is { Length: 0 } ? throw new UsageException($"{option} needs a value.") : text;

    /// <summary>An argument that names something.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="what">What it names, such as <c>file</c>.</param>
    /// <param name="hint">Where names are found.</param>
    public static string NotBlank(string text, string what, string hint) =>
        string.IsNullOrWhiteSpace(text) ? throw new UsageException($"An empty text is no {what}: {hint}.") : text;

    private static double? Scaled(string? text, (string Suffix, double Factor)[] units)
    {
        if (text is null)
        {
            return null;
        }

        var written = text.Trim();
        var (suffix, factor) = units.First(unit => written.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase));
        return double.TryParse(written.AsSpan(0, written.Length - suffix.Length).Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number * factor
            : null;
    }
}
