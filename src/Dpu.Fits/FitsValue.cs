using System.Globalization;

namespace Dpu.Fits;

/// <summary>What kind of value a card carries (FITS 4.0, section 4.2).</summary>
public enum FitsValueKind
{
    /// <summary>No value: a commentary card, or a keyword whose value field is blank.</summary>
    None,
    Text,
    Logical,
    Integer,
    Real,

    /// <summary>A complex number; only its text is kept.</summary>
    Complex,
}

/// <summary>
/// The value of one card. Numbers keep the text they were read with, so that copying a header does not change its digits.
/// </summary>
public readonly record struct FitsValue
{
    private readonly string? _text;
    private readonly double _number;
    private readonly long _integer;

    private FitsValue(FitsValueKind kind, string? text, double number, long integer)
    {
        Kind = kind;
        _text = text;
        _number = number;
        _integer = integer;
    }

    public FitsValueKind Kind { get; }

    /// <summary>The value's text as a card shows it, without quotes.</summary>
    public string Text => _text ?? "";

    public static FitsValue None => default;

    public static FitsValue Of(string value) => new(FitsValueKind.Text, value, 0, 0);

    public static FitsValue Of(bool value) => new(FitsValueKind.Logical, value ? "T" : "F", 0, value ? 1 : 0);

    public static FitsValue Of(long value) => new(FitsValueKind.Integer, value.ToString(CultureInfo.InvariantCulture), value, value);

    /// <summary>A real number. A header cannot hold NaN or an infinity.</summary>
    /// <exception cref="FitsException">The value is not finite.</exception>
    public static FitsValue Of(double value) => double.IsFinite(value)
        ? new(FitsValueKind.Real, RealText(value), value, 0)
        : throw new FitsException($"A FITS header cannot hold the value {value.ToString(CultureInfo.InvariantCulture)}; it holds finite numbers.");

    public bool TryGetDouble(out double value)
    {
        value = _number;
        return Kind is FitsValueKind.Real or FitsValueKind.Integer;
    }

    /// <summary>An integer, also when it was written as a real number without a fraction (<c>2.0</c>).</summary>
    public bool TryGetInt64(out long value)
    {
        value = _integer;
        if (Kind == FitsValueKind.Real && _number == Math.Truncate(_number) && Math.Abs(_number) < 9e18)
        {
            value = (long)_number;
            return true;
        }
        return Kind == FitsValueKind.Integer;
    }

    public bool TryGetBool(out bool value)
    {
        value = _integer != 0;
        return Kind == FitsValueKind.Logical;
    }

    public override string ToString() => Text;

    /// <summary>Reads an unquoted value field; null when it is nothing that the standard knows.</summary>
    internal static FitsValue? ParseUnquoted(string field) => field switch
    {
        "" => None,
        "T" => Of(true),
        "F" => Of(false),
        _ when field[0] == '(' => new FitsValue(FitsValueKind.Complex, field, 0, 0),
        _ => ParseNumber(field),
    };

    private static FitsValue? ParseNumber(string field)
    {
        if (long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            return new FitsValue(FitsValueKind.Integer, field, integer, integer);
        }
        // Fortran's double precision exponent is legal: 1.5D3.
        var text = field.Replace('D', 'E').Replace('d', 'E');
        return double.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowTrailingWhite & ~NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            && !field.AsSpan().ContainsAny("NnIi")
            ? new FitsValue(FitsValueKind.Real, field, number, 0)
            : null;
    }

    /// <summary>Shortest text that reads back to the same double, and that no reader takes for an integer.</summary>
    private static string RealText(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny(".E") ? WithPoint(text) : text + ".0";
    }

    private static string WithPoint(string text)
    {
        var exponent = text.IndexOf('E', StringComparison.Ordinal);
        return exponent > 0 && !text.Contains('.', StringComparison.Ordinal) ? text.Insert(exponent, ".0") : text;
    }
}
