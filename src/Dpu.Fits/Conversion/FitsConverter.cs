namespace Dpu.Fits.Conversion;

/// <summary>
/// FITS files in other forms, a part at a time. Every method throws <see cref="FitsException"/> for a file that is none, breaks the standard or ends too early,
/// <see cref="ConversionException"/> for what cannot be had in this form or not within the limits, and <see cref="OperationCanceledException"/>.
/// </summary>
public static class FitsConverter
{
    /// <summary>Writes the first array or table of a file for NumPy: format <c>.npy</c>, values scaled by BSCALE and BZERO (TSCAL and TZERO), a table as a structured array.</summary>
    public static void ToNpy(string path, Stream destination, ConversionLimits limits, CancellationToken cancellationToken)
    {
        using var source = ProductSource.Open(path, limits, static layout => layout.IsTable || ProductSource.IsArray(layout), "an array or a table");
        using var output = new BoundedOutput(destination, limits.OutputBytesMax, cancellationToken);
        if (source.Layout.IsTable)
        {
            NpyTable.Write(source, output);
        }
        else
        {
            NpyArray.Write(source, output);
        }

        output.Flush();
    }

    /// <summary>Writes the first table of a file for the tools of the Virtual Observatory: VOTable 1.4, data as TABLEDATA.</summary>
    public static void ToVoTable(string path, Stream destination, ConversionLimits limits, CancellationToken cancellationToken)
    {
        using var source = ProductSource.Open(path, limits, static layout => layout.IsTable, "a table, and VOTable is for tables");
        using var output = new BoundedOutput(destination, limits.OutputBytesMax, cancellationToken);
        VoTable.Write(source, output);
        output.Flush();
    }

    /// <summary>Writes a picture of the first two-dimensional image of a file: 8-bit grey, at most 1024 pixels a side, its first row at the bottom.</summary>
    public static void ToPng(string path, Stream destination, ConversionLimits limits, CancellationToken cancellationToken)
    {
        using var source = ProductSource.Open(path, limits, static layout => layout.IsPlane, "a two-dimensional image");
        using var output = new BoundedOutput(destination, limits.OutputBytesMax, cancellationToken);
        Picture.Write(source, output, cancellationToken);
        output.Flush();
    }
}
