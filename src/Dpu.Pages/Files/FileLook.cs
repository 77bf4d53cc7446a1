using Dpu.Client.Contracts;

namespace Dpu.Pages.Files;

/// <summary>Where files of the catalog are seen and had.</summary>
internal static class FileLook
{
    private static readonly string[] Fits = [".fits", ".fit", ".fts", ".fits.gz", ".fits.fz"];
    private static readonly string[] FirstKeys = ["object", "filter", "instrument", "chip", "visit", "exptime", "date-obs"];

    private const int ValueMax = 40;

    public static string Address(string id) => $"/files/{Uri.EscapeDataString(id)}";

    public static string Content(FileRecord file, string? form = null) =>
        $"/api/v1/files/{Uri.EscapeDataString(file.Id)}/content{(form is null ? "" : $"?format={form}")}";

    public static string Query(string query) => $"/files?q={Uri.EscapeDataString(query)}";

    /// <summary>Whether a picture of it can be asked for, as far as its name tells.</summary>
    public static bool HasPicture(FileRecord file) => IsFits(file) || file.Name.EndsWith(".png", StringComparison.OrdinalIgnoreCase);

    public static bool IsFits(FileRecord file) => Fits.Any(end => file.Name.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    /// <summary>The job and the task that made it; null for what came from outside.</summary>
    public static (string Job, string Task)? MadeBy(FileRecord file) => file.Task?.Split('/') is [var job, var task, _] ? (job, task) : null;

    /// <summary>What tells it from others at a glance.</summary>
    public static IEnumerable<string> Facts(FileRecord file, int max) => file.Metadata
        .OrderBy(pair => Array.FindIndex(FirstKeys, key => key.Equals(pair.Key, StringComparison.OrdinalIgnoreCase)) is >= 0 and var place ? place : FirstKeys.Length)
        .ThenBy(pair => pair.Key, StringComparer.Ordinal)
        .Take(max)
        .Select(pair => $"{pair.Key}={Cut(pair.Value.Text)}");

    /// <summary>A term of the query language that means this value, whatever is in it.</summary>
    public static string Term(string key, string value) => IsPlain(key) ? $"{key}={Quoted(value)}" : Quoted($"{key}={value}");

    private static string Quoted(string value) => value.Length > 0 && value.All(IsPlain)
        ? value
        : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)}\"";

    private static bool IsPlain(string text) => text.All(IsPlain);

    private static bool IsPlain(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or ',' or '+';

    private static string Cut(string text) => text.Length <= ValueMax ? text : string.Concat(text.AsSpan(0, ValueMax - 1), "…");
}
