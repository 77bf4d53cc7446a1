using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>The photometric catalog of one frame: its stars' instrumental magnitudes and what they have to be compared under.</summary>
internal sealed record Photcat
{
    /// <summary>Where it comes from, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>The file that it was read from, or that it was made of.</summary>
    public required TaskInput Input { get; init; }

    public required string Chip { get; init; }

    public required string Filter { get; init; }

    /// <summary>Shared by the chips of one exposure.</summary>
    public required string Exposure { get; init; }

    /// <summary>Start of the exposure; NaN when not known.</summary>
    public required double Mjd { get; init; }

    /// <summary>NaN when not known.</summary>
    public required double Airmass { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Diameter of the aperture, pixels.</summary>
    public required double Aperture { get; init; }

    /// <summary>Median width of the clean stars, pixels; NaN without any.</summary>
    public required double Fwhm { get; init; }

    /// <summary>Mean background per pixel and second.</summary>
    public required double Sky { get; init; }

    /// <summary>Size of the frame, pixels.</summary>
    public required int Width { get; init; }

    public required int Height { get; init; }

    public required IReadOnlyList<PhotcatStar> Stars { get; init; }

    public int Standards => Stars.Count(s => s.IsStandard);

    /// <summary>The airmass of an exposure: AIRMASS, else the mean of the cards for its start and end; NaN when none is there.</summary>
    public static double AirmassOf(FitsHeader header)
    {
        foreach (var (start, end) in (ReadOnlySpan<(string, string)>)[("AIRMASS", "AIRMASS"), ("AIRMSTRT", "AIRMEND"), ("ESO TEL AIRM START", "ESO TEL AIRM END")])
        {
            var mean = 0.5 * (header.GetDouble(start, double.NaN) + header.GetDouble(end, double.NaN));
            if (mean >= 1) { return mean; }
        }

        return double.NaN;
    }
}
