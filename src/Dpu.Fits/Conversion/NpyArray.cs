namespace Dpu.Fits.Conversion;

/// <summary>
/// An image's array as NumPy has it: integers as they are (the unsigned ones by their BZERO convention), reals as they are, and what is scaled or has blank
/// pixels as single precision (8 and 16 bits, singles) or double.
/// </summary>
internal static class NpyArray
{
    public static void Write(ProductSource source, Stream destination)
    {
        var type = new Scaling(
            source.Layout.BitPix,
            source.Header.GetDouble("BZERO", 0),
            source.Header.GetDouble("BSCALE", 1),
            source.Layout.BitPix > 0 && source.Header.TryGet("BLANK", out _) ? source.Header.GetInt64("BLANK") : null);
        NpyHeader.Write(destination, NpyHeader.Quoted(type.Descr), source.Layout.Axes.Reverse());
        var width = Math.Abs(source.Layout.BitPix) / 8;
        var converted = Array.Empty<byte>();
        source.ReadParts(width, source.Layout.DataLength / width, part =>
        {
            var length = part.Length / width * type.Width;
            if (converted.Length < length)
            {
                converted = new byte[length];
            }

            type.Convert(part.Span, converted.AsSpan(0, length));
            destination.Write(converted.AsSpan(0, length));
        });
    }
}
