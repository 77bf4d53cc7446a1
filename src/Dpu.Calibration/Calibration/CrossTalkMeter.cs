using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// Collects, exposure after exposure, what every region shows where another is bright. Frames are read side by side, a strip of rows at a time; in each
/// strip the medians of boxes are taken off, so that neither sky nor cross talk of the sky enters.
/// </summary>
internal sealed class CrossTalkMeter(double levelMin)
{
    private const int Box = 64;

    // A star is narrower than this, so that pixels moved by it show nothing of the source.
    private const int MoveMin = 8;
    private const int MovesMax = 24;

    // What clipping at 3 sigma leaves of a Gaussian's width.
    private const double ClippedSigma = 0.985;
    private readonly Dictionary<(RegionName Victim, RegionName Source), CrossTalkSamples> _samples = [];

    /// <summary>In the order of their names.</summary>
    public IEnumerable<(RegionName Victim, RegionName Source, CrossTalkFit Fit)> Fits() => _samples
        .OrderBy(p => p.Key.Victim.ToString(), StringComparer.Ordinal)
        .ThenBy(p => p.Key.Source.ToString(), StringComparer.Ordinal)
        .Select(p => (p.Key.Victim, p.Key.Source, p.Value.Fit()));

    public void Add(IReadOnlyList<ReadoutRegion> regions)
    {
        if (regions.FirstOrDefault(r => (r.Width, r.Height) != (regions[0].Width, regions[0].Height)) is { } odd)
        {
            throw RecipeException.BadFile($"{odd.Frame.Path}: {odd.Name} has {odd.Width} x {odd.Height} pixels, {regions[0].Name} {regions[0].Width} x {regions[0].Height}: they are not read out together.");
        }
        var frames = regions.Select(r => r.Frame).Distinct().ToArray();
        if (regions.Any(r => r.Amplifier.Y != 0))
        {
            // Amplifiers one above the other are read at one time, but stand in rows that come one after the other.
            throw RecipeException.BadFile($"{regions.First(r => r.Amplifier.Y != 0).Frame.Path}: its amplifiers stand one above the other; cross talk is measured between chips, and amplifiers side by side.");
        }
        for (var y = 0; y < regions[0].Height; y += Box)
        {
            var rows = Math.Min(Box, regions[0].Height - y);
            var strips = frames.ToDictionary(f => f, f => Read(f, rows));
            var parts = regions.Select(r => Strip.Of(r, strips[r.Frame], rows, Box)).ToArray();
            for (var source = 0; source < parts.Length; source++)
            {
                AddBright(regions, parts, source);
            }
        }
    }

    private static float[] Read(CorrectedFrame frame, int rows)
    {
        var strip = new float[rows * frame.Width];
        frame.ReadRows(strip);
        return strip;
    }

    private void AddBright(IReadOnlyList<ReadoutRegion> regions, Strip[] parts, int source)
    {
        var excess = parts[source].Excess;
        var (width, moves) = (regions[0].Width, Moves(regions[0].Width));
        Span<float> seen = stackalloc float[MovesMax + 1];
        for (var i = 0; i < excess.Length; i++)
        {
            if (!(excess[i] >= levelMin))
            {
                continue;
            }
            for (var victim = 0; victim < parts.Length; victim++)
            {
                if (victim == source)
                {
                    continue;
                }
                for (var move = 0; move <= moves; move++)
                {
                    // Around the end of the row: every pixel can be moved by every distance.
                    seen[move] = parts[victim].Excess[(i / width * width) + (((i % width) + (move * width / (moves + 1))) % width)];
                }
                Of(regions[victim].Name, regions[source].Name, moves).Add(excess[i], parts[victim].Noise[i % width / Box], seen[..(moves + 1)]);
            }
        }
        // A pair that was looked at and has no bright pixel is listed as well.
        foreach (var victim in regions.Where(r => r != regions[source]))
        {
            Of(victim.Name, regions[source].Name, moves);
        }
    }

    private static int Moves(int width) => Math.Clamp((width / MoveMin) - 1, 0, MovesMax);

    private CrossTalkSamples Of(RegionName victim, RegionName source, int moves) =>
        _samples.TryGetValue((victim, source), out var samples) ? samples : _samples[(victim, source)] = new CrossTalkSamples(moves);

    /// <param name="Excess">Above the median of the box, in the order of read-out.</param>
    /// <param name="Noise">Of each box.</param>
    private sealed record Strip(float[] Excess, float[] Noise)
    {
        public static Strip Of(ReadoutRegion region, float[] strip, int rows, int box)
        {
            var (width, excess) = (region.Width, new float[region.Width * rows]);
            for (var i = 0; i < excess.Length; i++)
            {
                excess[i] = strip[(i / width * region.Frame.Width) + region.Amplifier.X + region.Column(i % width)];
            }
            var noise = new float[(width + box - 1) / box];
            var values = new float[box * rows];
            for (var b = 0; b < noise.Length; b++)
            {
                var columns = Math.Min(box, width - (b * box));
                var count = 0;
                for (var y = 0; y < rows; y++)
                {
                    count += RobustStatistics.CopyFinite(excess.AsSpan((y * width) + (b * box), columns), values.AsSpan(count));
                }
                var sky = RobustStatistics.SigmaClip(values.AsSpan(0, count));
                noise[b] = (float)(sky.Sigma / ClippedSigma);
                for (var y = 0; y < rows; y++)
                {
                    foreach (ref var value in excess.AsSpan((y * width) + (b * box), columns))
                    {
                        value -= (float)sky.Median;
                    }
                }
            }
            return new Strip(excess, noise);
        }
    }
}
