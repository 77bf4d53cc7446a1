using Dpu.Calibration.Imaging;

namespace Dpu.Calibration.Science;

/// <summary>Read noise of one chip, measured and true, ADU.</summary>
internal readonly record struct ReadNoiseCheck(string Chip, double Truth, double Measured)
{
    public double RelativeError => (Measured - Truth) / Truth;
}

/// <summary>How a set of matched stars scatters about the truth.</summary>
/// <param name="Count">Stars compared.</param>
/// <param name="OffsetRa">Median offset on the sky, arc seconds.</param>
/// <param name="OffsetDec">Median offset, arc seconds.</param>
/// <param name="PositionRms">Rms along one axis about the median offset, arc seconds.</param>
/// <param name="FluxRms">Rms of measured over true flux about the zero point, as a part of the flux.</param>
internal readonly record struct Scatter(int Count, double OffsetRa, double OffsetDec, double PositionRms, double FluxRms);

/// <summary>
/// Compares measured read noise and a source list with the truth behind simulated frames. Stars are expected when a profile
/// fit could see them at the given signal-to-noise; scatter is taken from sources
/// without flags whose stars have no neighbour that would disturb them.
/// </summary>
internal sealed record TruthComparison
{
    /// <summary>How many times the limit makes a star bright: there, systematic errors show and noise does not.</summary>
    private const double BrightFactor = 10;

    public required double LimitSigma { get; init; }

    public required IReadOnlyList<ReadNoiseCheck> ReadNoise { get; init; }

    /// <summary>Stars above the limit in the sky that was exposed.</summary>
    public required int Expected { get; init; }

    /// <summary>Those of them that the list has.</summary>
    public required int Found { get; init; }

    /// <summary>Sources above the limit that belong to no star, however faint.</summary>
    public required int Spurious { get; init; }

    /// <summary>Magnitudes by which measured fluxes are too faint, from the bright stars' median.</summary>
    public required double ZeroPointOffset { get; init; }

    public required Scatter All { get; init; }

    public required Scatter Bright { get; init; }

    public double Completeness => Expected > 0 ? (double)Found / Expected : double.NaN;

    /// <param name="readNoise">Measured read noise in ADU by chip; chips that the truth does not know must not be among them.</param>
    public static TruthComparison Of(
        Truth truth, IReadOnlyList<ListedSource> sources, IReadOnlyDictionary<string, double> readNoise, double limitSigma, double radiusArcseconds)
    {
        var matcher = new StarMatcher(sources, radiusArcseconds);
        var matches = matcher.Match(truth.Stars.Where(s => s.Exposures > 0));
        var found = matches.Where(m => truth.SignalToNoise(m.Star) >= limitSigma).ToArray();
        var isolated = truth.Isolated();
        var clean = found.Where(m => m.Source.Flags == 0 && isolated.Contains(m.Star)).ToArray();
        var bright = clean.Where(m => truth.SignalToNoise(m.Star) >= BrightFactor * limitSigma).ToArray();
        var scale = Median((bright.Length > 0 ? bright : clean).Select(m => m.Source.Flux / m.Star.Flux));
        return new TruthComparison
        {
            LimitSigma = limitSigma,
            ReadNoise = [.. truth.Chips.Where(c => readNoise.ContainsKey(c.Name)).Select(c => new ReadNoiseCheck(c.Name, c.ReadNoiseAdu, readNoise[c.Name]))],
            Expected = truth.Stars.Count(s => s.Exposures > 0 && truth.SignalToNoise(s) >= limitSigma),
            Found = found.Length,
            Spurious = matcher.Left().Count(s => s.SignalToNoise >= limitSigma),
            ZeroPointOffset = -2.5 * Math.Log10(scale),
            All = ScatterOf(clean, scale),
            Bright = ScatterOf(bright, scale),
        };
    }

    private static Scatter ScatterOf(StarMatch[] matches, double scale)
    {
        var (ra, dec) = (Median(matches.Select(m => m.OffsetRa)), Median(matches.Select(m => m.OffsetDec)));
        return new Scatter(
            matches.Length,
            ra,
            dec,
            Rms(matches.SelectMany(m => new[] { m.OffsetRa - ra, m.OffsetDec - dec })),
            Rms(matches.Select(m => (m.Source.Flux / (scale * m.Star.Flux)) - 1)));
    }

    private static double Median(IEnumerable<double> values) => RobustStatistics.Median([.. values.Select(v => (float)v)]);

    private static double Rms(IEnumerable<double> values) => Math.Sqrt(values.Select(v => v * v).DefaultIfEmpty(double.NaN).Average());
}
