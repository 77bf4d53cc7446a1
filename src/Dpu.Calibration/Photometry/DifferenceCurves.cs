using System.Globalization;
using Dpu.Calibration.Calibration;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>Light curves of the reference's stars from difference images, and what is new in them.</summary>
/// <param name="stars">Of the reference.</param>
/// <param name="floor">Part of a star's flux that is not known better in any image.</param>
internal sealed class DifferenceCurves(IReadOnlyList<Source> stars, double floor)
{
    private const string Type = "lightcurves";
    private readonly List<LightPoint>[] _points = [.. stars.Select(_ => new List<LightPoint>())];
    private readonly List<(double X, double Y, double Mjd, Source Source, double Scale)> _candidates = [];

    public int Frames { get; private set; }

    /// <summary>Measures all stars in a difference image. Returns by how much their scatter exceeds their errors, 1 at least; the errors are widened by it.</summary>
    public double Add(FitsHeader header, DifferenceImage difference, PsfModel psf, double scale, double gain, (int X, int Y) shift)
    {
        var measured = new List<(int Star, Measured Flux)>();
        Span<double> unused = stackalloc double[StarProfile.Parameters];
        var norm = (double)psf.Picture(out _).Max() / StarProfile.Of(1, 0, 0, psf.Fwhm.Centre, psf.E1.Centre, psf.E2.Centre, psf.T).Pixel(0, 0, unused);
        for (var i = 0; i < stars.Count; i++)
        {
            var profile = StarProfile.Of(norm, stars[i].X - shift.X, stars[i].Y - shift.Y, psf.Fwhm.Centre, psf.E1.Centre, psf.E2.Centre, psf.T);
            if (difference.FluxAt(profile, gain, psf.Fwhm.Centre) is { } flux) { measured.Add((i, flux)); }
        }

        var scatter = Math.Max(1, RobustStatistics.SigmaFromMad([.. measured.Select(m => (float)m.Flux.SignalToNoise)], 0));
        if (double.IsNaN(scatter)) { scatter = 1; }
        var mjd = header.GetDouble("MJD-OBS", double.NaN);
        foreach (var (star, flux) in measured)
        {
            var (error, least) = (scatter * flux.Error / scale, floor * stars[star].FluxAuto.Value);
            _points[star].Add(new LightPoint(mjd, flux.Value / scale, Math.Sqrt((error * error) + (least * least))));
        }

        Frames++;
        return scatter;
    }

    /// <summary>Sources of the difference image that are no stars of the reference.</summary>
    public void AddCandidates(FitsImage frame, DifferenceImage difference, double threshold, (int X, int Y) shift, double scale)
    {
        var copy = new FitsImage(difference.Image.Width, difference.Image.Height, (float[])difference.Image.Pixels.Clone());
        if (BackgroundMap.Estimate(copy.Pixels, copy.Width, copy.Height, new BackgroundOptions()) is not { } background) { return; }
        background.SubtractFrom(copy.Pixels, copy.Width);
        background.UseWeights(copy, difference.Weights, new BackgroundOptions());
        var detections = SourceDetector.Detect(copy, background, DetectionOptions.Default with { Threshold = threshold });
        var mjd = frame.Header.GetDouble("MJD-OBS", double.NaN);
        foreach (var source in SourceMeasurer.Measure(copy, background, detections, new MeasurementOptions(0, double.PositiveInfinity, 8)))
        {
            var (x, y) = (source.X + shift.X, source.Y + shift.Y);
            if (!stars.Any(s => ((s.X - x) * (s.X - x)) + ((s.Y - y) * (s.Y - y)) < s.Fwhm * s.Fwhm)) { _candidates.Add((x, y, mjd, source, scale)); }
        }
    }

    public void Save(TaskContext context, ReferenceImage reference, IReadOnlyList<TaskInput> inputs, int epochs, double falseAlarms)
    {
        var seen = Enumerable.Range(0, stars.Count).Where(i => _points[i].Count >= epochs).ToArray();
        var limit = falseAlarms / Math.Max(1, seen.Length);
        var judged = seen.ToDictionary(i => i, i => Constancy.Of(_points[i]));
        var variables = judged.Values.Count(c => c.Chance < limit);
        context.Log(string.Create(CultureInfo.InvariantCulture, $"Number of stars with {epochs} epochs or more is : {seen.Length}, variable (chance below {limit:G2}) : {variables}; new sources : {_candidates.Count}"));
        var header = CalibrationProduct.NewHeader(context, PhotometricProduct.HeaderOf(inputs[0]), Type, inputs);
        foreach (var key in (string[])["EXPTIME", "GAIN", "RDNOISE", "SATURATE"]) { header.Remove(key); }
        header.Set("CHANCE", limit, "a star of less is called variable");
        var path = context.Results.NewPath(PhotometricProduct.Stem(inputs[0], Type), ".fits");
        FitsWriter.Write(path, [new FitsImageHdu(header), new FitsTableHdu(StarTable(reference, judged, limit)), new FitsTableHdu(CurveTable()), new FitsTableHdu(CandidateTable(reference))]);
        var metadata = CalibrationProduct.About(inputs[0]);
        metadata["stars"] = seen.Length;
        metadata["variables"] = variables;
        metadata["candidates"] = _candidates.Count;
        metadata["frames"] = Frames;
        context.Results.Add(Type, path, Type, metadata, inputs);
        context.Log($"Wrote {Path.GetFileName(path)}");
    }

    private FitsTable StarTable(ReferenceImage reference, Dictionary<int, Constancy> judged, double limit)
    {
        var sky = stars.Select(s => reference.Wcs.PixelToSky(s.X + 1, s.Y + 1)).ToArray();
        double[] Each(Func<int, double> value) => [.. Enumerable.Range(0, stars.Count).Select(value)];
        double[] Judged(Func<Constancy, double> value) => Each(i => judged.TryGetValue(i, out var c) ? value(c) : double.NaN);
        return new FitsTable(
        [
            FitsColumn.Of("NUMBER", [.. Enumerable.Range(1, stars.Count)]),
            FitsColumn.Of("RA", Each(i => sky[i].Ra), "deg"),
            FitsColumn.Of("DEC", Each(i => sky[i].Dec), "deg"),
            FitsColumn.Of("FLUX_REF", Each(i => stars[i].FluxAuto.Value)),
            FitsColumn.Of("EPOCHS", [.. _points.Select(p => p.Count)]),
            FitsColumn.Of("CHI2", Judged(c => c.ChiSquared)),
            FitsColumn.Of("CHANCE", Judged(c => c.Chance)),
            FitsColumn.Of("EXCESS", Judged(c => c.Excess)),
            FitsColumn.Of("EXCESSERR", Judged(c => c.ExcessError)),
            FitsColumn.Of("VARIABLE", [.. Enumerable.Range(0, stars.Count).Select(i => judged.TryGetValue(i, out var c) && c.Chance < limit ? 1 : 0)]),
        ], Named("STARS"));
    }

    private FitsTable CurveTable()
    {
        var rows = _points.SelectMany((points, star) => points.Select(p => (Star: star + 1, Point: p))).ToArray();
        return new FitsTable(
        [
            FitsColumn.Of("NUMBER", [.. rows.Select(r => r.Star)]),
            FitsColumn.Of("MJD", [.. rows.Select(r => r.Point.Mjd)], "d"),
            FitsColumn.Of("DFLUX", [.. rows.Select(r => r.Point.Value)]),
            FitsColumn.Of("DFLUXERR", [.. rows.Select(r => r.Point.Error)]),
        ], Named("LIGHTCURVES"));
    }

    private FitsTable CandidateTable(ReferenceImage reference)
    {
        var sky = _candidates.Select(c => reference.Wcs.PixelToSky(c.X + 1, c.Y + 1)).ToArray();
        return new FitsTable(
        [
            FitsColumn.Of("RA", [.. sky.Select(s => s.Ra)], "deg"),
            FitsColumn.Of("DEC", [.. sky.Select(s => s.Dec)], "deg"),
            FitsColumn.Of("MJD", [.. _candidates.Select(c => c.Mjd)], "d"),
            FitsColumn.Of("DFLUX", [.. _candidates.Select(c => c.Source.FluxAuto.Value / c.Scale)]),
            FitsColumn.Of("DFLUXERR", [.. _candidates.Select(c => c.Source.FluxAuto.Error / c.Scale)]),
            FitsColumn.Of("FWHM", [.. _candidates.Select(c => c.Source.Fwhm)], "pixel"),
        ], Named("CANDIDATES"));
    }

    private static FitsHeader Named(string name)
    {
        var header = new FitsHeader();
        header.Set("EXTNAME", name, "");
        return header;
    }
}
