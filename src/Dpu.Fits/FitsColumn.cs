using System.Globalization;

namespace Dpu.Fits;

public enum FitsColumnType
{
    Text,
    Logical,
    Int32,
    Int64,
    Single,
    Double,

    /// <summary>A type that is not interpreted (bits, complex numbers, variable-length arrays): the bytes of the row as they stand.</summary>
    Raw,
}

/// <summary>One column of a binary table: its name (TTYPE), unit (TUNIT) and values.</summary>
public sealed class FitsColumn
{
    private FitsColumn(string name, string unit, FitsColumnType type, Array values, int repeat, string comment = "")
    {
        Name = name;
        Unit = unit;
        Type = type;
        Values = values;
        Repeat = repeat;
        Comment = comment;
    }

    public string Name { get; }

    public string Unit { get; }

    /// <summary>What the column means: written as the comment of its TTYPE card.</summary>
    public string Comment { get; init; }

    public FitsColumnType Type { get; }

    /// <summary>All values, row after row: <c>string[]</c>, <c>bool[]</c>, <c>int[]</c>, <c>long[]</c>, <c>float[]</c>, <c>double[]</c> or, for Raw, <c>byte[]</c>.</summary>
    public Array Values { get; }

    /// <summary>How many values a row has; for Raw the bytes of a row. A text is one value.</summary>
    public int Repeat { get; }

    public int RowCount => Repeat == 0 ? 0 : Values.Length / Repeat;

    public static FitsColumn Of(string name, double[] values, string unit = "", int repeat = 1) => Make(name, unit, FitsColumnType.Double, values, repeat);

    public static FitsColumn Of(string name, float[] values, string unit = "", int repeat = 1) => Make(name, unit, FitsColumnType.Single, values, repeat);

    public static FitsColumn Of(string name, int[] values, string unit = "", int repeat = 1) => Make(name, unit, FitsColumnType.Int32, values, repeat);

    public static FitsColumn Of(string name, long[] values, string unit = "", int repeat = 1) => Make(name, unit, FitsColumnType.Int64, values, repeat);

    public static FitsColumn Of(string name, bool[] values, string unit = "", int repeat = 1) => Make(name, unit, FitsColumnType.Logical, values, repeat);

    public static FitsColumn Of(string name, string[] values, string unit = "") => Make(name, unit, FitsColumnType.Text, values, 1);

    /// <summary>The first value of a row as a number.</summary>
    public double GetDouble(int row) => Values switch
    {
        double[] v => v[row * Repeat],
        float[] v => v[row * Repeat],
        int[] v => v[row * Repeat],
        long[] v => v[row * Repeat],
        _ => throw Not("a number"),
    };

    public long GetInt64(int row) => Values switch
    {
        int[] v => v[row * Repeat],
        long[] v => v[row * Repeat],
        _ => throw Not("an integer"),
    };

    public string GetString(int row) => Values switch
    {
        string[] v => v[row],
        _ => Convert.ToString(Values.GetValue(row * Repeat), CultureInfo.InvariantCulture) ?? "",
    };

    internal static FitsColumn Raw(string name, byte[] values, int rowLength) => Make(name, "", FitsColumnType.Raw, values, rowLength);

    private static FitsColumn Make(string name, string unit, FitsColumnType type, Array values, int repeat)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNegative(repeat);
        return repeat == 0 || values.Length % repeat == 0
            ? new FitsColumn(name, unit, type, values, repeat)
            : throw new ArgumentException($"{values.Length} values are not whole rows of {repeat}.", nameof(values));
    }

    private FitsException Not(string wanted) => new($"Column {Name} holds {Type}, not {wanted}.");
}
