using System.Globalization;

namespace Dpu.Pages.Parts;

/// <summary>Amounts for people.</summary>
internal static class Sizes
{
    private const double Factor = 1024;
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary><c>512 B</c>, <c>1.5 MiB</c>, <c>120 GiB</c>.</summary>
    public static string Text(long bytes)
    {
        var (amount, unit) = ((double)bytes, 0);
        while (amount >= Factor && unit < Units.Length - 1)
        {
            (amount, unit) = (amount / Factor, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 || amount >= 100 ? Math.Round(amount).ToString("0", CultureInfo.InvariantCulture) : amount.ToString("0.#", CultureInfo.InvariantCulture))} {Units[unit]}");
    }

    /// <summary><c>12,345</c></summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
