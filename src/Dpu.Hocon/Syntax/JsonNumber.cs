namespace Dpu.Hocon.Syntax;

/// <summary>JSON's notation of numbers, which is HOCON's: no leading zeros, no bare points, no plus sign in front.</summary>
internal static class JsonNumber
{
    public static bool Matches(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("-"))
        {
            text = text[1..];
        }

        int whole = DigitCount(text);
        if (whole == 0 || (whole > 1 && text[0] == '0'))
        {
            return false;
        }

        text = text[whole..];
        return SkipFraction(ref text) && SkipExponent(ref text) && text.IsEmpty;
    }

    private static bool SkipFraction(ref ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("."))
        {
            return true;
        }

        int digits = DigitCount(text[1..]);
        text = text[(1 + digits)..];
        return digits > 0;
    }

    private static bool SkipExponent(ref ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] is not ('e' or 'E'))
        {
            return true;
        }

        int sign = text.Length > 1 && text[1] is '+' or '-' ? 1 : 0;
        int digits = DigitCount(text[(1 + sign)..]);
        text = text[(1 + sign + digits)..];
        return digits > 0;
    }

    private static int DigitCount(ReadOnlySpan<char> text)
    {
        int count = 0;
        while (count < text.Length && char.IsAsciiDigit(text[count]))
        {
            count++;
        }

        return count;
    }
}
