using System.Globalization;
using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Photometry;

/// <summary>What a chip and an exposure make of a magnitude.</summary>
/// <param name="Offset">To subtract from the frame's instrumental magnitudes.</param>
/// <param name="Error">One sigma of it.</param>
/// <param name="IsTied">Whether the offset is that to the standard stars' magnitudes.</param>
internal readonly record struct FrameOffset(double Offset, double Error, bool IsTied);

/// <summary>
/// The offsets of all frames of a night and filter, from the stars that several frames show (as the Sloan survey was calibrated: Padmanabhan et al. 2008, ApJ 674, 1217):
/// <c>m = m₀ + c + e</c>, a level for each star, an offset for each chip and one for each exposure. That a chip's offset is what its flat field's level says, to <c>FLAT_ERROR</c>, is a
/// datum of its own: chips that share few stars stay near it.
/// </summary>
internal sealed class NightSolution
{
    private const double UnknownFlatError = 0.5;
    private readonly string[] _chips;
    private readonly int[] _chipOf;
    private readonly int[] _exposureOf;
    private readonly double[] _start;
    private readonly bool[] _isTied;

    private NightSolution(IReadOnlyList<Photcat> catalogs, IReadOnlyList<double> flatLevels)
    {
        Catalogs = catalogs;
        _chips = [.. catalogs.Select(c => c.Chip).Distinct(StringComparer.Ordinal)];
        _chipOf = [.. catalogs.Select(c => Array.IndexOf(_chips, c.Chip))];
        _exposureOf = PhotometricStars.Exposures(catalogs);
        _isTied = new bool[_exposureOf.Max() + 1];
        var known = flatLevels.Where(l => l > 0).ToArray();
        var mean = known.Length > 0 ? known.Average() : 1;
        // A chip that sees less of the twilight sees less of the stars.
        _start = [.. flatLevels.Select(l => l > 0 ? -2.5 * Math.Log10(l / mean) : 0)];
    }

    public IReadOnlyList<Photcat> Catalogs { get; }

    public IReadOnlyList<Sighting> Sightings { get; private init; } = [];

    public IReadOnlyList<MagnitudeDatum> Data { get; private init; } = [];

    public required MagnitudeSolution Fit { get; init; }

    public int Exposures => _isTied.Length;

    public int ExposureOf(int catalog) => _exposureOf[catalog];

    /// <param name="catalogs">Of one filter; a place on the sky is known for the stars that are to connect them.</param>
    /// <param name="flatLevels">Level of each frame's flat field; 0 when not known.</param>
    /// <param name="options">What to use, and how far to trust it.</param>
    public static NightSolution Solve(IReadOnlyList<Photcat> catalogs, IReadOnlyList<double> flatLevels, NightOptions options)
    {
        PhotometricStars.CheckFilter(catalogs);
        var night = new NightSolution(catalogs, flatLevels) { Fit = null! };
        var sightings = PhotometricStars.Identify(catalogs, options.RadiusArcseconds, options.ErrorMax);
        var (chips, exposures) = (night._chips.Length, night.Exposures);
        var data = PhotometricData.Of(
            sightings, night._exposureOf,
            s => s.Star.Magnitude - night._start[s.Catalog],
            s => [new(night._chipOf[s.Catalog], 1), new(chips + night._exposureOf[s.Catalog], 1)]);
        var flatError = flatLevels.All(l => l > 0) ? options.FlatError : UnknownFlatError;
        data.AddRange(Enumerable.Range(0, chips).Select(c => new MagnitudeDatum(-1, int.MinValue + c, 0, flatError, [new(c, 1)])));
        var untied = PhotometricData.Untied(sightings, exposures, s => night._exposureOf[s.Catalog]);
        var sets = untied.Select(set => set.Select(e => chips + e).ToArray()).ToArray();
        var fit = MagnitudeFit.Solve(data, chips + exposures, options.SigmaClip, sets)
            ?? throw RecipeException.BadFile($"{catalogs[0].Name} and {catalogs.Count - 1} more: the stars do not determine the frames' offsets.");
        var solved = new NightSolution(catalogs, flatLevels) { Fit = fit, Sightings = sightings, Data = data };
        solved._isTied.AsSpan().Fill(true);
        foreach (var exposure in untied.SelectMany(set => set)) { solved._isTied[exposure] = false; }
        return solved;
    }

    public bool IsTied(int catalog) => _isTied[_exposureOf[catalog]];

    /// <summary>A frame's offset: to the standards where they tie it, else to the mean of the frames that they do not tie.</summary>
    public FrameOffset OffsetOf(int catalog)
    {
        var factors = Factors(catalog);
        if (!IsTied(catalog))
        {
            var others = Enumerable.Range(0, Catalogs.Count).Where(c => !IsTied(c)).ToArray();
            foreach (var other in others)
            {
                foreach (var (parameter, factor) in Factors(other)) { factors[parameter] = factors.GetValueOrDefault(parameter) - (factor / others.Length); }
            }
        }

        return new FrameOffset(_start[catalog] + factors.Sum(f => f.Value * Fit.Parameters[f.Key]), Math.Sqrt(Math.Max(0, Variance(factors))), IsTied(catalog));
    }

    private double Variance(Dictionary<int, double> factors) => factors.Sum(a => factors.Sum(b => a.Value * b.Value * Fit.Covariance[a.Key, b.Key]));

    private Dictionary<int, double> Factors(int catalog) => new() { [_chipOf[catalog]] = 1, [_chips.Length + _exposureOf[catalog]] = 1 };

    /// <summary>How much fainter an exposure makes stars than its like do on average, those that standards tie or those that they do not; one sigma of that.</summary>
    public (double Offset, double Error) OfExposure(int exposure)
    {
        var like = Enumerable.Range(0, Exposures).Where(e => _isTied[e] == _isTied[exposure]).ToArray();
        var factors = like.ToDictionary(e => _chips.Length + e, e => (e == exposure ? 1 : 0) - (1.0 / like.Length));
        return (factors.Sum(f => f.Value * Fit.Parameters[f.Key]), Math.Sqrt(Math.Max(0, Variance(factors))));
    }

    public void Report(Action<string> log)
    {
        var stars = Sightings.GroupBy(s => s.Identity).ToArray();
        log(string.Create(CultureInfo.InvariantCulture,
            $"Using {stars.Length} stars, {stars.Count(s => s.Count() > 1)} of them seen more than once, {stars.Count(s => s.Any(x => x.Star.IsStandard))} standards, in {Catalogs.Count} frames of {Exposures} exposures"));
        log(string.Create(CultureInfo.InvariantCulture, $"Scatter beyond the stars' own errors : {Fit.Extra:F4} (mag)"));
    }
}

/// <param name="RadiusArcseconds">Within which two sources are one star.</param>
/// <param name="ErrorMax">Largest error of a magnitude that is used.</param>
internal sealed record NightOptions(double RadiusArcseconds, double ErrorMax, double SigmaClip, double FlatError)
{
    public static IReadOnlyList<ProcessParameter> Parameters(string prefix, string errorMax = "0.05") =>
    [
        new(prefix + "SIGMA_CLIP", "4.0", "measurements whose residual exceeds this many sigma are left out"),
        new(prefix + "ERROR_MAX", errorMax, "largest error of an instrumental magnitude that is used"),
        new(prefix + "FLAT_ERROR", "0.02", "magnitudes to which the flats' levels tell how much less one chip sees than another"),
    ];

    public static NightOptions Of(ProcessParameters pars, string prefix) => new(
        pars.Positive(CatalogMaker.Prefix + "RADIUS"), pars.Positive(prefix + "ERROR_MAX"), pars.Positive(prefix + "SIGMA_CLIP"), pars.Positive(prefix + "FLAT_ERROR"));
}
