using System.Globalization;

namespace Dpu.Domain.Jobs;

/// <summary>Sizes as sentences and options name them.</summary>
public static class ByteSize
{
    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>For people: <c>1.5 GiB</c>.</summary>
    public static string Text(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        while (value >= 1024 && unit < Units.Length - 1)
        {
            (value, unit) = (value / 1024, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }

    /// <summary>As options take it, not less than it is: <c>4GiB</c>, else in whole MiB.</summary>
    public static string Option(long bytes) => bytes % (1L << 30) == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 30}GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{(bytes + (1L << 20) - 1) >> 20}MiB");
}
