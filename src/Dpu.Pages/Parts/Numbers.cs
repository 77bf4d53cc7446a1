using System.Globalization;

namespace Dpu.Pages.Parts;

/// <summary>Counts as text.</summary>
internal static class Numbers
{
    /// <summary><c>100,000</c>.</summary>
    public static string Text(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>1 task</c>, <c>100,000 tasks</c>.</summary>
    public static string Of(long count, string one, string? many = null) => $"{Text(count)} {(count == 1 ? one : many ?? one + "s")}";
}
