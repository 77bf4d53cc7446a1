namespace Dpu.Fits;

/// <summary>
/// Reads FITS files, plain or gzipped. Every method throws <see cref="FitsException"/> for a file that is no FITS or ends too early,
/// and <see cref="IOException"/> for one that cannot be read at all.
/// </summary>
public static class FitsReader
{
    /// <summary>The first header only, whatever the length of the file.</summary>
    public static FitsHeader ReadPrimaryHeader(string path)
    {
        using var stream = FitsStream.Open(path);
        return stream.NextHeader()!.Value.Header;
    }

    /// <summary>The headers of all HDUs; checks that the file is long enough for the data that they announce.</summary>
    public static IReadOnlyList<FitsHeader> ReadHeaders(string path)
    {
        using var stream = FitsStream.Open(path);
        var headers = new List<FitsHeader>();
        while (stream.NextHeader() is { } next)
        {
            headers.Add(next.Header);
            SkipData(stream, next.Layout);
        }
        return headers;
    }

    /// <summary>Reads a plane of pixels.</summary>
    /// <param name="path">The file.</param>
    /// <param name="hdu">The HDU's index from 0, or -1 for the first that holds a two-dimensional image.</param>
    public static FitsImage ReadImage(string path, int hdu = -1)
    {
        using var rows = FitsRowReader.Open(path, hdu);
        return rows.ReadAll();
    }

    /// <summary>All HDUs with their data; of extensions of unknown types the header only.</summary>
    public static IReadOnlyList<FitsHdu> ReadAll(string path)
    {
        using var stream = FitsStream.Open(path);
        var hdus = new List<FitsHdu>();
        while (stream.NextHeader() is { } next)
        {
            hdus.Add(ReadData(stream, next.Header, next.Layout));
        }
        return hdus;
    }

    /// <summary>Reads a binary table.</summary>
    /// <param name="path">The file.</param>
    /// <param name="hdu">The HDU's index from 0, or -1 for the first table.</param>
    public static FitsTable ReadTable(string path, int hdu = -1)
    {
        using var stream = FitsStream.Open(path);
        while (stream.NextHeader() is { } next)
        {
            if (next.Layout.IsTable && (hdu < 0 || hdu == next.Layout.Index))
            {
                return TableReader.Read(stream, next.Header, next.Layout);
            }
            SkipData(stream, next.Layout);
        }
        throw new FitsException(hdu < 0 ? $"{path}: no HDU holds a binary table." : $"{path}: HDU {hdu} is not there, or holds no binary table.");
    }

    private static FitsHdu ReadData(FitsStream stream, FitsHeader header, HduLayout layout)
    {
        if (layout.IsPlane)
        {
            return FitsRowReader.ReadPlane(stream, header, layout);
        }
        if (layout.IsTable)
        {
            return new FitsTableHdu(TableReader.Read(stream, header, layout));
        }
        SkipData(stream, layout);
        return layout.IsImage ? new FitsImageHdu(header) : new FitsUnknownHdu(header);
    }

    private static void SkipData(FitsStream stream, HduLayout layout) =>
        stream.Skip(layout.DataLength, layout.PaddedLength - layout.DataLength, FitsRowReader.DataOf(layout));
}
