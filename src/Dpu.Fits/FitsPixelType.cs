namespace Dpu.Fits;

/// <summary>How pixels are stored. <see cref="UInt16"/>, <see cref="UInt32"/> and <see cref="Int8"/> use the BZERO conventions of FITS 4.0, table 11.</summary>
public enum FitsPixelType
{
    UInt8,
    Int8,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    Float32,
    Float64,
}

internal static class FitsPixelTypes
{
    public static int BitPix(this FitsPixelType type) => type switch
    {
        FitsPixelType.UInt8 or FitsPixelType.Int8 => 8,
        FitsPixelType.Int16 or FitsPixelType.UInt16 => 16,
        FitsPixelType.Int32 or FitsPixelType.UInt32 => 32,
        FitsPixelType.Int64 => 64,
        FitsPixelType.Float32 => -32,
        FitsPixelType.Float64 => -64,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No such pixel type."),
    };

    public static double Zero(this FitsPixelType type) => type switch
    {
        FitsPixelType.Int8 => -128,
        FitsPixelType.UInt16 => 32768,
        FitsPixelType.UInt32 => 2147483648,
        _ => 0,
    };

    public static FitsPixelType From(int bitPix, double zero, double scale) => (bitPix, scale == 1 ? zero : 0) switch
    {
        (8, -128) => FitsPixelType.Int8,
        (8, _) => FitsPixelType.UInt8,
        (16, 32768) => FitsPixelType.UInt16,
        (16, _) => FitsPixelType.Int16,
        (32, 2147483648) => FitsPixelType.UInt32,
        (32, _) => FitsPixelType.Int32,
        (64, _) => FitsPixelType.Int64,
        (-32, _) => FitsPixelType.Float32,
        _ => FitsPixelType.Float64,
    };
}
