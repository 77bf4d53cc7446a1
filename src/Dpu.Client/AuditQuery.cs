using System.Globalization;

namespace Dpu.Client;

/// <summary>Which lines of the audit are asked for; null means any.</summary>
/// <param name="By">Only what this one did.</param>
/// <param name="Thing">Only what was done to this, as <c>job 12</c>.</param>
/// <param name="Before">Only those with a smaller number: for the next page.</param>
/// <param name="Limit">At most so many, the newest.</param>
public sealed record AuditQuery(string? By = null, string? Thing = null, long? Before = null, int? Limit = null)
{
    internal string ToQueryString()
    {
        (string Name, string? Value)[] parts =
        [
            ("by", By), ("thing", Thing), ("before", Before?.ToString(CultureInfo.InvariantCulture)), ("limit", Limit?.ToString(CultureInfo.InvariantCulture)),
        ];
        var given = parts.Where(part => part.Value is not null).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}").ToList();
        return given.Count == 0 ? "" : "?" + string.Join('&', given);
    }
}
