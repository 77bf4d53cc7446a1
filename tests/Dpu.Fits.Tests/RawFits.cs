using System.Globalization;
using System.Text;

namespace Dpu.Fits.Tests;

/// <summary>Puts files together byte by byte, as the standard's text has them: nothing of the writer under test is used.</summary>
internal static class RawFits
{
    public static byte[] Header(params string[] cards)
    {
        var text = new StringBuilder();
        foreach (var card in cards.Append("END"))
        {
            text.Append(card.PadRight(80));
        }
        return Padded(Encoding.Latin1.GetBytes(text.ToString()), (byte)' ');
    }

    public static byte[] Padded(byte[] data, byte fill = 0)
    {
        var padded = new byte[(data.Length + 2879) / 2880 * 2880];
        padded.AsSpan().Fill(fill);
        data.CopyTo(padded, 0);
        return padded;
    }

    /// <summary>A primary image of one row.</summary>
    public static byte[] Image(int bitPix, byte[] data, params string[] cards)
    {
        var count = data.Length / (Math.Abs(bitPix) / 8);
        return [.. Header([
            "SIMPLE  =                    T", Card("BITPIX", bitPix), Card("NAXIS", 2), Card("NAXIS1", count), Card("NAXIS2", 1), .. cards]), .. Padded(data)];
    }

    public static string Card(string key, long value) => key.PadRight(8) + "= " + value.ToString(CultureInfo.InvariantCulture).PadLeft(20);

    public static string Card(string key, string value) => key.PadRight(8) + "= '" + value.PadRight(8) + "'";
}
