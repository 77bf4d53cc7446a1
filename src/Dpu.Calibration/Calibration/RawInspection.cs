using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>Looks at a raw file as a whole: its HDUs, the cards that other recipes need, the pixels of each amplifier. What is wrong is reported, never thrown.</summary>
internal static class RawInspection
{
    private static readonly string[] s_needed = ["INSTRUME", "DATE-OBS", "EXPTIME", "GAIN"];

    public static IReadOnlyList<PlaneReport> Of(string path)
    {
        var name = Path.GetFileName(path);
        try
        {
            var headers = FitsReader.ReadHeaders(path);
            PlaneReport[] planes = [.. Enumerable.Range(0, headers.Count).Where(i => RawFile.IsPlane(headers[i])).SelectMany(i => Plane(path, name, i, headers))];
            return planes.Length > 0 ? planes : [new PlaneReport(name, 0, "") { Problems = [$"none of its {headers.Count} HDUs holds an image"] }];
        }
        catch (FitsException e)
        {
            // The path stands in the message of whoever opened the file; a table of reports needs the reason only.
            return [new PlaneReport(name, 0, "") { Problems = [e.Message.Replace(path, name, StringComparison.Ordinal)] }];
        }
    }

    private static IEnumerable<PlaneReport> Plane(string path, string name, int hdu, IReadOnlyList<FitsHeader> headers)
    {
        using var rows = FitsRowReader.Open(path, hdu);
        var header = hdu == 0 ? headers[0] : RawFile.Inherited(headers[hdu], headers[0]);
        var report = new PlaneReport(name, hdu, header.GetString("EXTNAME", "").Trim()) { Pixels = rows.Type.ToString() };
        var problems = Cards(header);
        IReadOnlyList<Amplifier> amplifiers;
        try
        {
            amplifiers = DetectorSections.Of(header, rows.Width, rows.Height).Amplifiers;
        }
        catch (RecipeException e)
        {
            return [report with { Width = rows.Width, Height = rows.Height, Problems = [.. problems, e.Message.Replace(path, name, StringComparison.Ordinal)] }];
        }
        var image = rows.ReadAll();
        return [.. amplifiers.Select(a => report.Of(image, a)).Select((r, i) => i == 0 ? r with { Problems = [.. problems, .. r.Problems] } : r)];
    }

    private static List<string> Cards(FitsHeader header)
    {
        var problems = s_needed.Where(key => !header.Contains(key)).Select(key => $"no {key}").ToList();
        if (header.TryGet("EXPTIME", out var time) && !(time.TryGetDouble(out var seconds) && seconds >= 0))
        {
            problems.Add($"EXPTIME is '{time.Text}'");
        }
        if (header.TryGet("DATE-OBS", out var date) && !DateTime.TryParse(date.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
        {
            problems.Add($"DATE-OBS is '{date.Text}'");
        }
        return problems;
    }
}
