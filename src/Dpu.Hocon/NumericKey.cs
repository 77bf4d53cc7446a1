using System.Globalization;

namespace Dpu.Hocon;

/// <summary>Keys that count as positions when an object stands where an array is expected.</summary>
internal static class NumericKey
{
    public static bool TryParse(string key, out int index) =>
        int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out index);
}
