using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// Finds the image of a chip in a raw file. A file with an image in its primary HDU is a frame of one chip; of a file with images in extensions,
/// the one is taken that the metadata <c>extension</c> names (EXTNAME or number), else the only one, else the one whose EXTNAME or chip card is the
/// input's chip. An extension inherits the cards of the primary header that it does not have itself.
/// </summary>
internal static class RawFile
{
    private static readonly string[] s_chipCards = ["EXTNAME", "CHIP", "CCD", "CCDNAME", "CCDNUM", "DETNAME", "CHIPID", "ESO DET CHIP ID"];

    /// <returns>The image's rows, and its header with what it inherits.</returns>
    public static (FitsRowReader Rows, FitsHeader Header) Open(TaskInput input)
    {
        var hdu = Choose(input);
        var rows = FitsRowReader.Open(input.Path, hdu);
        try
        {
            return (rows, hdu == 0 ? rows.Header : Inherited(rows.Header, input.Path));
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>The header of the input's image, with what it inherits.</summary>
    public static FitsHeader HeaderOf(TaskInput input)
    {
        var (rows, header) = Open(input);
        rows.Dispose();
        return header;
    }

    /// <summary>Whether an HDU's header announces a plane of pixels.</summary>
    public static bool IsPlane(FitsHeader header) =>
        header.GetString("XTENSION", "IMAGE").Trim() == "IMAGE" && header.GetInt64("NAXIS", 0) >= 2 && header.GetInt64("NAXIS1", 0) > 0 && header.GetInt64("NAXIS2", 0) > 0;

    /// <summary>An extension's header with the cards of the primary one that it lacks, unless it says <c>INHERIT = F</c>.</summary>
    public static FitsHeader Inherited(FitsHeader own, FitsHeader primary)
    {
        var header = own.Clone();
        if (own.TryGet("INHERIT", out var inherit) && inherit.TryGetBool(out var inherits) && !inherits)
        {
            return header;
        }
        foreach (var card in primary)
        {
            if (!card.IsCommentary && card.Key.Length > 0 && !header.Contains(card.Key) && card.Key is not ("EXTEND" or "SIMPLE" or "NEXTEND"))
            {
                header.Set(card.Key, card.Value, card.Comment);
            }
        }
        return header;
    }

    private static FitsHeader Inherited(FitsHeader own, string path) => Inherited(own, FitsReader.ReadPrimaryHeader(path));

    private static int Choose(TaskInput input)
    {
        var asked = input.Metadata.GetString("extension");
        if (asked.Length == 0 && IsPlane(FitsReader.ReadPrimaryHeader(input.Path)))
        {
            return 0;
        }
        var headers = FitsReader.ReadHeaders(input.Path);
        int[] planes = [.. Enumerable.Range(0, headers.Count).Where(i => IsPlane(headers[i]))];
        if (planes.Length == 0)
        {
            throw RecipeException.BadFile($"{input.Path}: none of its {headers.Count} HDUs holds an image; a raw frame is needed.");
        }
        if (asked.Length > 0)
        {
            return Pick(input, planes, i => headers[i].GetString("EXTNAME", "").Equals(asked, StringComparison.OrdinalIgnoreCase) || asked == i.ToString(CultureInfo.InvariantCulture), $"extension '{asked}'", headers);
        }
        var chip = input.Metadata.GetString("chip");
        return planes is [var only] ? only : Pick(input, planes, i => IsOfChip(headers[i], chip), chip.Length > 0 ? $"chip '{chip}'" : "no chip", headers);
    }

    private static int Pick(TaskInput input, int[] planes, Func<int, bool> fits, string wanted, IReadOnlyList<FitsHeader> headers)
    {
        int[] found = [.. planes.Where(fits)];
        return found is [var one] ? one : throw RecipeException.BadFile(
            $"{input.Path} holds {planes.Length} images ({string.Join(' ', planes.Select(i => headers[i].GetString("EXTNAME", i.ToString(CultureInfo.InvariantCulture))))}), {(found.Length == 0 ? "none" : "several")} of them of {wanted}; RawFrame makes a file of each chip.");
    }

    private static bool IsOfChip(FitsHeader header, string chip) =>
        chip.Length > 0 && s_chipCards.Any(key => header.GetString(key, "").Trim().Equals(chip, StringComparison.OrdinalIgnoreCase));
}
