using System.Globalization;

namespace Dpu.Pages.Parts;

/// <summary>Amounts of bytes as text: <c>512 MiB</c>, <c>1.5 GiB</c>.</summary>
internal static class Sizes
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string Text(long bytes)
    {
        const double Step = 1024;
        var (value, unit) = ((double)bytes, 0);
        while (value >= Step && unit < Units.Length - 1)
        {
            (value, unit) = (value / Step, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }
}
