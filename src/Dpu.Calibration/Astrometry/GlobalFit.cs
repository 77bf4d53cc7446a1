using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Astrometry;

/// <summary>Repeats <see cref="GlobalSolution"/> with better and better knowledge of who is whose star, how much frames and catalog scatter, and who lies too far off.</summary>
internal sealed class GlobalFit(IReadOnlyList<StarryFrame> frames, ReferenceCatalog catalog, AstrometricOptions options)
{
    private const int PassesMax = 25;
    private const double RadiusMin = 0.3;

    // From here on who belongs to whom stays: a star at the edge of the clipping would come and go for ever.
    private const int JudgedPasses = 8;

    // Arc seconds: a hundredth of what the best solution is known to.
    private const double Settled = 2e-5;

    public GlobalResult Fit(TaskContext context, IReadOnlyList<TanWcs> start)
    {
        var systems = SharedGeometry.Start(frames, start);
        var (radius, frameScatter, referenceScatter) = (2 * options.Limits.Cell, 0.25 * options.Limits.Cell, 0.5 * options.Limits.Cell);
        List<SolvedStar> judged = [];
        for (var pass = 1; ; pass++)
        {
            // The full polynomial only once a plain one has thrown out the strangers.
            var solution = new GlobalSolution(frames, pass == 1 ? 1 : options.Degree);
            if (pass <= JudgedPasses) { judged = Judge(solution, systems, Associate(systems, radius), frameScatter, referenceScatter); }
            CheckCounts(judged);
            if (solution.Step(systems, [.. judged.Select(star => star.Star)], frameScatter, referenceScatter) is not { } step)
            {
                throw RecipeException.BadFile($"The stars of {Told()} do not determine a common solution of degree {options.Degree}: a chip has too few of them, or none in common with the others.");
            }

            systems = step.Systems;
            judged = [.. judged.Select(star => Solved(solution, systems, star.Star, frameScatter, referenceScatter))];
            var scatters = Scatters(solution, judged);
            var isSettled = pass > 2 && step.Largest < Settled && IsSame(scatters.Frame, frameScatter) && IsSame(scatters.Reference, referenceScatter);
            if (isSettled || pass == PassesMax)
            {
                if (!isSettled) { context.Log(string.Create(CultureInfo.InvariantCulture, $"Warning : positions still move by {step.Largest:F5} (arcsec) after {pass} passes")); }
                return new GlobalResult(systems, step.Errors(), judged, scatters.Frame, scatters.Reference);
            }

            (frameScatter, referenceScatter) = scatters;
            var errors = frames.SelectMany(frame => frame.Stars.Select(star => star.Error * frame.Wcs.PixelScale)).Order().ToArray();
            radius = Math.Clamp(options.SigmaClip * 1.5 * Math.Sqrt((frameScatter * frameScatter) + (referenceScatter * referenceScatter) + (errors[^1] * errors[^1])), RadiusMin, radius);
        }
    }

    private static bool IsSame(double scatter, double before) => Math.Abs(scatter - before) < Settled + (1e-3 * before);

    /// <summary>Stars that say something: seen twice, or seen and known.</summary>
    private List<SharedStar> Associate(TanWcs[] systems, double radius)
    {
        var association = new SkyAssociation(radius);
        var references = catalog.Stars;
        association.Add([.. references.Select(star => (star.Ra, star.Dec))]);
        for (var i = 0; i < frames.Count; i++)
        {
            association.Add([.. frames[i].Stars.Select(star => systems[i].PixelToSky(star.X, star.Y))]);
        }

        var stars = new List<SharedStar>();
        foreach (var members in association.Members)
        {
            var seen = members.Where(member => member.List > 0).Select(member => (member.List - 1, member.Index)).ToArray();
            ReferenceStar? reference = members[0].List == 0 ? references[members[0].Index] : null;
            if (seen.Length > 1 || (seen.Length == 1 && reference is not null)) { stars.Add(new SharedStar(seen, reference)); }
        }

        return stars;
    }

    /// <summary>Leaves out sightings and catalog places that contradict the others by more than the clipping allows.</summary>
    private List<SolvedStar> Judge(GlobalSolution solution, TanWcs[] systems, List<SharedStar> stars, double frameScatter, double referenceScatter)
    {
        var kept = new List<SolvedStar>();
        foreach (var star in stars)
        {
            var solved = Solved(solution, systems, star, frameScatter, referenceScatter);
            while (Worst(solution, solved, frameScatter) is { } worst)
            {
                var seen = solved.Star.Seen.Where((_, i) => i != worst).ToArray();
                if (seen.Length == 0) { break; }
                solved = Solved(solution, systems, solved.Star with { Seen = seen }, frameScatter, referenceScatter);
            }

            if (solved.FromReference is { } off && !IsNear(off, MeanVariance(solution, solved.Star, frameScatter) + (referenceScatter * referenceScatter)))
            {
                solved = Solved(solution, systems, solved.Star with { Reference = null }, frameScatter, referenceScatter);
            }

            if (solved.Star.Seen.Count > 1 || solved.Star.Reference is not null) { kept.Add(solved); }
        }

        return kept;
    }

    /// <summary>The sighting that lies furthest from the mean of the others, where that is too far; of two the one that lies further from the catalog's place, when there is one.</summary>
    private int? Worst(GlobalSolution solution, SolvedStar star, double scatter)
    {
        var (worst, ratio) = ((int?)null, options.SigmaClip);
        for (var i = 0; i < star.Star.Seen.Count && star.Star.Seen.Count > 1; i++)
        {
            var (frame, source) = star.Star.Seen[i];
            var weight = solution.WeightOf(frame, frames[frame].Stars[source], scatter);
            var others = star.Star.Seen.Sum(seen => solution.WeightOf(seen.Frame, frames[seen.Frame].Stars[seen.Source], scatter)) - weight;

            // Its deviation from the mean of all is that from the mean of the others, less its own share.
            var share = (others + weight) / others;
            var sigma = Math.Sqrt((1 / weight) + (1 / others));
            var off = share * Math.Max(Math.Abs(star.Deviations[i].East), Math.Abs(star.Deviations[i].North)) / sigma;
            if (off > ratio) { (worst, ratio) = (i, off); }
        }

        return worst is not null && star is { Star.Seen.Count: 2, FromReference: { } mean } ? Further(star.Deviations, mean) : worst;
    }

    private static int Further(IReadOnlyList<(double East, double North)> deviations, (double East, double North) mean)
    {
        double Square(int i) => Math.Pow(deviations[i].East + mean.East, 2) + Math.Pow(deviations[i].North + mean.North, 2);
        return Square(0) > Square(1) ? 0 : 1;
    }

    private bool IsNear((double East, double North) off, double variance)
    {
        var limit = options.SigmaClip * Math.Sqrt(variance);
        return Math.Abs(off.East) <= limit && Math.Abs(off.North) <= limit;
    }

    private double MeanVariance(GlobalSolution solution, SharedStar star, double scatter) =>
        1 / star.Seen.Sum(seen => solution.WeightOf(seen.Frame, frames[seen.Frame].Stars[seen.Source], scatter));

    private SolvedStar Solved(GlobalSolution solution, IReadOnlyList<TanWcs> systems, SharedStar star, double frameScatter, double referenceScatter)
    {
        var positions = star.Seen.Select(seen => systems[seen.Frame].PixelToSky(frames[seen.Frame].Stars[seen.Source].X, frames[seen.Frame].Stars[seen.Source].Y)).ToArray();
        var local = new TanWcs(positions[0].Ra, positions[0].Dec, 0, 0, 1, 0, 0, 1);
        var at = positions.Select(position => Plane(local, position.Ra, position.Dec)).ToArray();
        var weights = star.Seen.Select(seen => solution.WeightOf(seen.Frame, frames[seen.Frame].Stars[seen.Source], frameScatter)).ToArray();
        var all = weights.Sum();
        var mean = (East: at.Select((p, i) => p.East * weights[i]).Sum() / all, North: at.Select((p, i) => p.North * weights[i]).Sum() / all);
        (double East, double North)? reference = star.Reference is { } known ? Plane(local, known.Ra, known.Dec) : null;
        var prior = reference is null ? 0 : 1 / Math.Max(1e-12, referenceScatter * referenceScatter);
        var place = reference is { } r ? (East: ((mean.East * all) + (r.East * prior)) / (all + prior), North: ((mean.North * all) + (r.North * prior)) / (all + prior)) : mean;
        var (ra, dec) = local.PlaneToSky(place.East / 3600, place.North / 3600);
        return new SolvedStar(
            star, ra, dec, [.. at.Select(p => (p.East - mean.East, p.North - mean.North))], reference is { } q ? (mean.East - q.East, mean.North - q.North) : null);
    }

    private static (double East, double North) Plane(TanWcs local, double ra, double dec)
    {
        var at = local.SkyToPlane(ra, dec) ?? (double.NaN, double.NaN);
        return (at.East * 3600, at.North * 3600);
    }

    /// <summary>The scatters for which deviations between frames, and from the catalog, have the size that they should have.</summary>
    private (double Frame, double Reference) Scatters(GlobalSolution solution, IReadOnlyList<SolvedStar> stars)
    {
        var seenTwice = stars.Where(star => star.Star.Seen.Count > 1).ToArray();
        var deviations = seenTwice.SelectMany(star => star.Deviations.Select((d, i) => (new StarResidual(0, 0, d.East, d.North), ErrorOf(star.Star.Seen[i])))).ToArray();

        // Each star's mean takes one degree of freedom per axis.
        var frame = ScatterModel.Extra([.. deviations.Select(d => d.Item1)], [.. deviations.Select(d => d.Item2)], 2 * seenTwice.Length);
        var known = stars.Where(star => star.FromReference is not null).ToArray();

        // The solution leans on the catalog: at most half of what the deviations are free for is counted as spent.
        var reference = ScatterModel.Extra(
            [.. known.Select(star => new StarResidual(0, 0, star.FromReference!.Value.East, star.FromReference.Value.North))],
            [.. known.Select(star => Math.Sqrt(MeanVariance(solution, star.Star, frame)))],
            Math.Min(solution.Unknowns, known.Length));
        return (frame, reference);
    }

    private double ErrorOf((int Frame, int Source) seen) => frames[seen.Frame].Stars[seen.Source].Error * frames[seen.Frame].Wcs.PixelScale;

    private void CheckCounts(IReadOnlyList<SolvedStar> stars)
    {
        var known = stars.Count(star => star.Star.Reference is not null);
        if (known < options.StarsMin)
        {
            throw RecipeException.BadFile(string.Create(CultureInfo.InvariantCulture,
                $"Only {known} stars of the reference catalog {catalog.Name} fit the sources of {Told()}; {options.StarsMin} are needed ({AstrometricKeys.StarsMin}, {AstrometricKeys.Degree})."));
        }
    }

    private string Told() => frames.Count == 1 ? frames[0].Input.FileName : $"{frames.Count} frames ({frames[0].Input.FileName} …)";
}
