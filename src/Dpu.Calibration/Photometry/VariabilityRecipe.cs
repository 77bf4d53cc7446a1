using System.Globalization;
using Dpu.Calibration.Calibration;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// Light curves of all stars, and which of them vary: magnitudes of each exposure are brought to one system by the stars themselves (<see cref="NightSolution"/>), and a star is
/// called variable when the scatter of its magnitudes would hardly come from their errors: so seldom that among all stars of the list
/// <c>FALSE_ALARMS</c> constant ones are expected beyond it. EXCESS is the rms of the star itself, its stated error that of n deviations under noise s:
/// the variance is known to √((4 s² V + 2 s⁴) / (n − 1)).
/// </summary>
internal sealed class VariabilityRecipe : IRecipe
{
    private const string Prefix = "Variability.process_params.";
    private const string Type = "variability";

    public string Name => "Variability";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        .. NightOptions.Parameters(Prefix, errorMax: "0.1"),
        new(Prefix + "EPOCHS_MIN", "4", "how often a star must have been seen, twice at least"),
        new(Prefix + "FALSE_ALARMS", "0.1", "how many constant stars of the whole list may be called variable, on average"),
        new(Prefix + "FLOOR", "0.003", "what flat field and neighbours leave in any magnitude, in quadrature with its error: the brightest stars are not better known"),
        .. CatalogMaker.Parameters,
    ];

    public void Run(TaskContext context)
    {
        var maker = new CatalogMaker(context);
        var catalogs = maker.All("photcat");
        var epochs = Math.Max(2, context.Pars.Integer(Prefix + "EPOCHS_MIN"));
        context.Log("Making VariabilityFrame object");
        var night = NightSolution.Solve(catalogs, [.. catalogs.Select(_ => 0.0)], NightOptions.Of(context.Pars, Prefix));
        night.Report(context.Log);
        if (night.Exposures < epochs) { throw RecipeException.BadFile($"{catalogs[0].Name} and {catalogs.Count - 1} more are of {night.Exposures} exposures; {epochs} are needed to tell a variable star ({Prefix}EPOCHS_MIN)."); }
        var floor = context.Pars.Number(Prefix + "FLOOR");
        if (floor < 0) { throw RecipeException.Wrong($"pars: {Prefix}FLOOR is {context.Pars.Text(Prefix + "FLOOR")}; 0 or more is needed."); }
        var stars = Stars(night, epochs, floor);
        var limit = context.Pars.Positive(Prefix + "FALSE_ALARMS") / Math.Max(1, stars.Count);
        var variables = stars.Count(s => s.Constancy.Chance < limit);
        context.Log(string.Create(CultureInfo.InvariantCulture, $"Number of stars with {epochs} epochs or more is : {stars.Count}, variable (chance below {limit:G2}) : {variables}"));
        Save(context, night, stars, limit, maker.InputsOf(catalogs));
    }

    private sealed record MeasuredStar(double Ra, double Dec, LightPoint[] Points, Constancy Constancy);

    private static List<MeasuredStar> Stars(NightSolution night, int epochs, double floor)
    {
        var offsets = Enumerable.Range(0, night.Catalogs.Count).Select(night.OffsetOf).ToArray();
        var stars = new List<MeasuredStar>();
        foreach (var star in night.Sightings.GroupBy(s => s.Identity).Where(g => g.Count() >= epochs))
        {
            LightPoint[] points =
            [
                .. star.Select(s => new LightPoint(
                    night.Catalogs[s.Catalog].Mjd,
                    s.Star.Magnitude - offsets[s.Catalog].Offset,
                    Math.Sqrt((s.Star.Error * s.Star.Error) + (night.Fit.Extra * night.Fit.Extra) + (floor * floor)))).OrderBy(p => p.Mjd),
            ];
            stars.Add(new MeasuredStar(star.Average(s => Near(s.Star.Ra, star.First().Star.Ra)), star.Average(s => s.Star.Dec), points, Constancy.Of(points)));
        }

        return stars;
    }

    // Across 0h half of the positions are a whole circle off.
    private static double Near(double ra, double reference) => reference + Math.IEEERemainder(ra - reference, 360);

    private static void Save(TaskContext context, NightSolution night, List<MeasuredStar> stars, double limit, IReadOnlyList<TaskInput> inputs)
    {
        var header = CalibrationProduct.NewHeader(context, PhotometricProduct.HeaderOf(inputs[0]), Type, inputs);
        foreach (var key in (string[])["CHIP", "CCD", "EXPTIME", "GAIN", "RDNOISE", "SATURATE"]) { header.Remove(key); }
        header.Set("SCATTER", night.Fit.Extra, "[mag] beyond the stars' own errors");
        header.Set("CHANCE", limit, "a star of less is called variable");
        var path = context.Results.NewPath(PhotometricProduct.Stem(inputs[0], Type, allChips: true), ".fits");
        FitsWriter.Write(path, [new FitsImageHdu(header), new FitsTableHdu(StarTable(stars, limit)), new FitsTableHdu(CurveTable(stars))]);
        var metadata = PhotometricProduct.AboutAllChips(inputs[0]);
        metadata["stars"] = stars.Count;
        metadata["variables"] = stars.Count(s => s.Constancy.Chance < limit);
        metadata["exposures"] = night.Exposures;
        metadata["scatter"] = night.Fit.Extra;
        context.Results.Add(Type, path, Type, metadata, inputs);
        context.Log($"Wrote {Path.GetFileName(path)}");
    }

    private static FitsTable StarTable(List<MeasuredStar> stars, double limit)
    {
        double[] Each(Func<MeasuredStar, double> value) => [.. stars.Select(value)];
        SourceColumn[] columns =
        [
            new("NUMBER", "", "meta.id;meta.main", "number of the star", Enumerable.Range(1, stars.Count).ToArray()),
            new("RA", "deg", "pos.eq.ra;meta.main", "right ascension", Each(s => s.Ra)),
            new("DEC", "deg", "pos.eq.dec;meta.main", "declination", Each(s => s.Dec)),
            new("EPOCHS", "", "meta.number", "number of measurements", stars.Select(s => s.Points.Length).ToArray()),
            new("MAG", "mag", "phot.mag;stat.mean", "weighted mean", Each(s => s.Constancy.Mean)),
            new("MAGERR", "mag", "stat.error;phot.mag", "one sigma of MAG", Each(s => s.Constancy.MeanError)),
            new("RMS", "mag", "stat.stdev;phot.mag", "scatter of the magnitudes", Each(s => s.Constancy.Rms)),
            new("EXPECTED", "mag", "stat.error;phot.mag", "scatter that their errors make", Each(s => s.Constancy.Expected)),
            new("CHI2", "", "stat.fit.chi2", "of the deviations from MAG", Each(s => s.Constancy.ChiSquared)),
            new("CHANCE", "", "stat.probability", "probability of CHI2 for a constant star", Each(s => s.Constancy.Chance)),
            new("EXCESS", "mag", "src.var.amplitude", "rms of the star itself", Each(s => s.Constancy.Excess)),
            new("EXCESSERR", "mag", "stat.error", "one sigma of EXCESS", Each(s => s.Constancy.ExcessError)),
            new("VARIABLE", "", "meta.code;src.var", "1: called variable", stars.Select(s => s.Constancy.Chance < limit ? 1 : 0).ToArray()),
        ];
        var header = new FitsHeader();
        header.Set("EXTNAME", "STARS", "");
        return new FitsTable([.. columns.Select(c => c.ToFits())], header);
    }

    private static FitsTable CurveTable(List<MeasuredStar> stars)
    {
        var rows = stars.SelectMany((s, i) => s.Points.Select(p => (Star: i + 1, Point: p))).ToArray();
        var header = new FitsHeader();
        header.Set("EXTNAME", "LIGHTCURVES", "");
        return new FitsTable(
        [
            FitsColumn.Of("NUMBER", [.. rows.Select(r => r.Star)]),
            FitsColumn.Of("MJD", [.. rows.Select(r => r.Point.Mjd)], "d"),
            FitsColumn.Of("MAG", [.. rows.Select(r => r.Point.Value)], "mag"),
            FitsColumn.Of("MAGERR", [.. rows.Select(r => r.Point.Error)], "mag"),
        ], header);
    }
}
