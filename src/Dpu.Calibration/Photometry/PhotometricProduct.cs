using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>How the products of photometry are named, and what is known of them.</summary>
internal static class PhotometricProduct
{
    /// <summary>A name for what belongs to a chip, filter and night, or to all chips.</summary>
    public static string Stem(TaskInput input, string type, bool allChips = false) => string.Join('_', new[]
        {
            input.Metadata.GetString("instrument"),
            allChips ? "" : input.Metadata.GetString("chip"),
            type,
            input.Metadata.GetString("filter").Trim('#'),
            input.Metadata.GetString("date"),
        }.Where(part => part.Length > 0));

    /// <summary>The header that tells of camera and time: a catalog's own, or the frame's.</summary>
    public static FitsHeader HeaderOf(TaskInput input)
    {
        var headers = FitsReader.ReadHeaders(input.Path);
        return headers.FirstOrDefault(h => h.GetString("EXTNAME", "") == PhotcatTable.Extension) ?? headers[0];
    }

    /// <summary>Metadata of what belongs to all chips.</summary>
    public static Metadata AboutAllChips(TaskInput input) => input.Metadata.Only("instrument", "filter", "date", "dateobs");
}
