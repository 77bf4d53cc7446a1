using System.Text;
using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>What frames are called in logs and files.</summary>
internal static class FrameNames
{
    /// <summary>The name of the class in Astro-WISE, which observers know from its logs.</summary>
    public static string ClassOf(string type) => type switch
    {
        "raw-science" => "RawScienceFrame",
        "bias" => "BiasFrame",
        "master-flat" => "MasterFlatFrame",
        "hot-pixels" => "HotPixelMap",
        "reduced" => "ReducedScienceFrame",
        "regridded" => "RegriddedFrame",
        "coadd" => "CoaddedRegriddedFrame",
        "convolved" => "ConvolvedFrame",
        _ => "frame",
    };

    /// <summary>Whether the pixels are as the detector gave them. Files that nobody registered are judged by their header.</summary>
    public static bool IsRaw(string type, FitsHeader header) => type.Length > 0
        ? type.StartsWith("raw-", StringComparison.Ordinal)
        : !header.Contains(ScienceProduct.TypeKey);

    /// <summary>
    /// The stem of a product's name: the input's own, without extensions, without the kind of product that it was and
    /// without its attempt, then the new kind.
    /// </summary>
    public static string Stem(TaskInput input, string kind)
    {
        var stem = new StringBuilder(input.FileName);
        foreach (var extension in (string[])[".gz", ".fits", ".fit", ".fts"])
        {
            if (stem.ToString().EndsWith(extension, StringComparison.OrdinalIgnoreCase)) { stem.Length -= extension.Length; }
        }

        var parts = stem.ToString().Split('_');
        var end = parts.Length;
        if (IsProduct(input.Type) && end > 4 && parts[^3..].All(p => p.Length > 0 && p.All(char.IsAsciiDigit))) { end -= 3; }
        if (end > 1 && parts[end - 1] is "reduced" or "regridded" or "coadd" or "convolved") { end--; }
        return string.Join('_', parts[..end]) + "_" + kind;
    }

    private static bool IsProduct(string type) => type is "reduced" or "regridded" or "coadd" or "convolved";
}
