using System.Globalization;

namespace Dpu.Fits;

/// <summary>What the mandatory keywords of an HDU say about its data (FITS 4.0, sections 4.4.1 and 7).</summary>
internal sealed record HduLayout(int Index, string Extension, int BitPix, IReadOnlyList<long> Axes, long ParameterCount, long GroupCount, bool RandomGroups)
{
    public const int BlockLength = 2880;

    /// <summary>Bytes of data, without the fill.</summary>
    public long DataLength { get; private init; }

    public long PaddedLength => (DataLength + BlockLength - 1) / BlockLength * BlockLength;

    public bool IsImage => Extension is "" or "IMAGE" && !RandomGroups;

    public bool IsTable => Extension is "BINTABLE" or "A3DTABLE";

    /// <summary>True for a plane: two axes, or more of which the further ones have length 1.</summary>
    public bool IsPlane => IsImage && Axes.Count >= 2 && Axes.Skip(2).All(n => n == 1) && Axes[0] > 0 && Axes[1] > 0;

    public static HduLayout Of(FitsHeader header, int index)
    {
        var place = header.Origin;
        var extension = index == 0 ? "" : header.GetString("XTENSION", "").ToUpperInvariant();
        var bitPix = Whole(header, "BITPIX");
        if (bitPix is not (8 or 16 or 32 or 64 or -32 or -64))
        {
            throw new FitsException(string.Create(CultureInfo.InvariantCulture, $"{place}: BITPIX is {bitPix}; FITS knows 8, 16, 32, 64, -32 and -64."));
        }
        var axes = AxesOf(header, place);
        var groups = index == 0 && axes.Count > 0 && axes[0] == 0 && header.GetBool("GROUPS", false);
        var parameters = NotNegative(header, "PCOUNT", 0);
        var count = NotNegative(header, "GCOUNT", 1);
        return new HduLayout(index, extension, (int)bitPix, axes, parameters, count, groups)
        {
            DataLength = Length(place, bitPix, groups ? axes.Skip(1).ToList() : axes, index > 0 || groups ? parameters : 0, index > 0 || groups ? count : 1),
        };
    }

    private static List<long> AxesOf(FitsHeader header, string place)
    {
        var naxis = Whole(header, "NAXIS");
        if (naxis is < 0 or > 999)
        {
            throw new FitsException(string.Create(CultureInfo.InvariantCulture, $"{place}: NAXIS is {naxis}; 0 to 999 is allowed."));
        }
        var axes = new List<long>((int)naxis);
        for (var i = 1; i <= naxis; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"NAXIS{i}");
            var length = Whole(header, key);
            axes.Add(length >= 0 ? length : throw new FitsException(string.Create(CultureInfo.InvariantCulture, $"{place}: {key} is {length}; an axis cannot be negative.")));
        }
        return axes;
    }

    private static long Length(string place, long bitPix, List<long> axes, long parameters, long count)
    {
        if (axes.Count == 0)
        {
            return 0;
        }
        try
        {
            checked
            {
                var elements = axes.Aggregate(1L, (product, n) => product * n);
                var bytes = Math.Abs(bitPix) / 8 * count * (parameters + elements);
                return bytes + BlockLength > 0 ? bytes : 0;
            }
        }
        catch (OverflowException e)
        {
            throw new FitsException($"{place}: the axes' product is larger than any file can be.", e);
        }
    }

    private static long NotNegative(FitsHeader header, string key, long fallback)
    {
        var value = header.GetInt64(key, fallback);
        return value >= 0 ? value : throw new FitsException(string.Create(CultureInfo.InvariantCulture, $"{header.Origin}: {key} is {value}; it cannot be negative."));
    }

    private static long Whole(FitsHeader header, string key) => header.GetInt64(key);
}
