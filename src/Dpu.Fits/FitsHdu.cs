namespace Dpu.Fits;

/// <summary>One header-and-data unit.</summary>
public abstract class FitsHdu
{
    private protected FitsHdu(FitsHeader header) => Header = header;

    public FitsHeader Header { get; }
}

/// <summary>
/// The primary HDU or an IMAGE extension. <see cref="Image"/> is null where the array is not a plane (no data, a spectrum, a cube).
/// </summary>
public sealed class FitsImageHdu : FitsHdu
{
    public FitsImageHdu(FitsImage image, FitsPixelType type = FitsPixelType.Float32)
        : base((image ?? throw new ArgumentNullException(nameof(image))).Header)
    {
        Image = image;
        Type = type;
    }

    /// <summary>A header without data, as the primary HDU before tables has it.</summary>
    public FitsImageHdu(FitsHeader header)
        : base(header) => Type = FitsPixelType.UInt8;

    public FitsImage? Image { get; }

    /// <summary>How the pixels were, or shall be, stored.</summary>
    public FitsPixelType Type { get; }
}

/// <summary>A BINTABLE extension.</summary>
public sealed class FitsTableHdu : FitsHdu
{
    public FitsTableHdu(FitsTable table)
        : base((table ?? throw new ArgumentNullException(nameof(table))).Header) => Table = table;

    public FitsTable Table { get; }
}

/// <summary>An extension of a type that this library does not read (TABLE, or a private one): only its header is known.</summary>
public sealed class FitsUnknownHdu : FitsHdu
{
    internal FitsUnknownHdu(FitsHeader header)
        : base(header)
    {
    }
}
