using System.Buffers.Binary;
using System.Globalization;
using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Astrometry;

/// <summary>A field of a VOTable: how its cells are written, as text or as bytes.</summary>
/// <param name="Type">Its <c>datatype</c>.</param>
/// <param name="Count">Values of a cell; null for a variable number.</param>
/// <param name="Null">The whole number that stands for no value; null for none.</param>
internal sealed record VoField(string Name, string Unit, string Ucd, string Type, int? Count, long? Null)
{
    public CatalogColumn ToColumn() => new(Name, Unit, Ucd, Count == 1 && Type is "double" or "float" or "int" or "long" or "short" or "unsignedByte");

    /// <param name="arraySize">Such as <c>1</c>, <c>8</c>, <c>2x3</c>, <c>*</c>, <c>8*</c>; null when it is not given.</param>
    public static int? CountOf(string? arraySize, string file)
    {
        if (arraySize is null) { return 1; }
        var size = arraySize.Trim();
        if (size.EndsWith('*')) { return null; }
        var count = 1;
        foreach (var part in size.Split('x'))
        {
            count = int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? checked(count * number)
                : throw RecipeException.BadFile($"{file}: arraysize '{size}' of a FIELD is no size.");
        }

        return count;
    }

    /// <summary>A cell of TABLEDATA.</summary>
    public double FromText(string text)
    {
        var trimmed = text.Trim();
        if (!double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return trimmed switch { "+Inf" => double.PositiveInfinity, "-Inf" => double.NegativeInfinity, _ => double.NaN };
        }

        return Null is { } nothing && number == nothing ? double.NaN : number;
    }

    /// <summary>A cell of BINARY or BINARY2; takes its bytes off the row.</summary>
    public double FromBytes(ref ReadOnlySpan<byte> bytes, string file)
    {
        var count = Count ?? (int)Math.Min(int.MaxValue, BinaryPrimitives.ReadUInt32BigEndian(Take(ref bytes, 4, file)));

        // Bits are packed, eight in a byte.
        var cell = Take(ref bytes, Type == "bit" ? ((long)count + 7) / 8 : (long)count * Width(file), file);
        if (count != 1) { return double.NaN; }
        double? number = Type switch
        {
            "double" => BinaryPrimitives.ReadDoubleBigEndian(cell),
            "float" => BinaryPrimitives.ReadSingleBigEndian(cell),
            "long" => BinaryPrimitives.ReadInt64BigEndian(cell),
            "int" => BinaryPrimitives.ReadInt32BigEndian(cell),
            "short" => BinaryPrimitives.ReadInt16BigEndian(cell),
            "unsignedByte" => cell[0],
            _ => null,
        };
        return number is null || (Null is { } nothing && number == nothing) ? double.NaN : number.Value;
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, long length, string file)
    {
        if (length > bytes.Length) { throw RecipeException.BadFile($"{file}: the binary data of its table end within a row."); }
        var taken = bytes[..(int)length];
        bytes = bytes[(int)length..];
        return taken;
    }

    private int Width(string file) => Type switch
    {
        "boolean" or "unsignedByte" or "char" => 1,
        "short" or "unicodeChar" => 2,
        "int" or "float" => 4,
        "long" or "double" or "floatComplex" => 8,
        "doubleComplex" => 16,
        _ => throw RecipeException.BadFile($"{file}: FIELD {Name} has the datatype '{Type}', which VOTable does not know."),
    };
}
