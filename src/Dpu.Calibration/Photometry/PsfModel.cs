using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Photometry;

/// <summary>A figure of the point-spread function over the image: a polynomial, its value in the middle and one sigma of that.</summary>
internal readonly record struct PsfFigure(double Centre, double Error, double[] Coefficients);

/// <summary>
/// The point-spread function of an image: width and ellipticity as polynomials in the position, and one t (β = 1/t) for all of it. Stars are fitted one by one, first with a t of their own, whose weighted
/// mean is then held. A figure's error is the scatter of the stars about its polynomial, through the covariance of that fit: for one value the scatter over √n. All widths lean on the one t: what its error makes of them is in theirs.
/// </summary>
internal sealed record PsfModel(int Order, int Width, int Height, PsfFigure Fwhm, PsfFigure E1, PsfFigure E2, double T, double TError, IReadOnlyList<StarProfile> Stars, double ReducedChiSquared)
{
    private const double ClipSigma = 4;
    private const int TailStars = 15;

    /// <summary>1 − minor over major axis in the middle, from the mean of the stars: noise adds nothing to it.</summary>
    public double Ellipticity => Math.Sqrt((E1.Centre * E1.Centre) + (E2.Centre * E2.Centre)) is var e && e < 1 ? 1 - Math.Sqrt((1 - e) / (1 + e)) : double.NaN;

    /// <summary>One sigma of it, first order; the larger of both components'.</summary>
    public double EllipticityError => Math.Max(E1.Error, E2.Error);

    /// <summary>The major axis from x towards y, degrees.</summary>
    public double Angle => 0.5 * Math.Atan2(E2.Centre, E1.Centre) * 180 / Math.PI;

    public static PsfModel Of(StarImage image, int order, string name)
    {
        var first = Fits(image, image.Fwhm, 0.1, fitTail: true);
        if (first.Count == 0) { throw RecipeException.BadFile($"{name}: no star has a profile that can be fitted."); }
        var (t, tError) = Tail(first);
        var fits = Fits(image, image.Fwhm, t, fitTail: false);
        if (fits.Count == 0) { throw RecipeException.BadFile($"{name}: no star has a profile that can be fitted with the mean t of {t}."); }
        var byTail = ByTail(image, fits, t, tError);
        var (width, height) = (image.Image.Width, image.Image.Height);
        var stars = fits.Select(f => f.Profile).ToArray();
        var kept = Enumerable.Range(0, stars.Length).ToArray();
        var possible = order;
        // A star more than unknowns at least, or the scatter says nothing.
        while (possible > 0 && stars.Length < ((possible + 1) * (possible + 2) / 2) + 2) { possible--; }
        for (var pass = 0; ; pass++)
        {
            var used = kept.Select(i => stars[i]).ToArray();
            PsfFigure Figure(Func<StarProfile, double> value) => Polynomial(used, value, possible, width, height, name);
            var (fwhm, e1, e2) = (Figure(s => s.Fwhm), Figure(s => s.Ellipticity.E1), Figure(s => s.Ellipticity.E2));
            var scatter = Scatter(used, fwhm, possible, width, height);
            var next = kept.Where(i => Math.Abs(stars[i].Fwhm - Value(fwhm.Coefficients, possible, stars[i], width, height)) <= ClipSigma * scatter).ToArray();
            if (next.Length == kept.Length || next.Length < 3 || pass == 10)
            {
                fwhm = fwhm with { Error = Math.Sqrt((fwhm.Error * fwhm.Error) + (byTail * byTail)) };
                return new PsfModel(possible, width, height, fwhm, e1, e2, t, tError, used, kept.Average(i => fits[i].ReducedChiSquared));
            }

            kept = next;
        }
    }

    /// <summary>The normalised function in the middle of the image, what pixels see of it.</summary>
    public float[] Picture(out int side)
    {
        var radius = (int)Math.Ceiling(4 * Fwhm.Centre);
        side = (2 * radius) + 1;
        var profile = StarProfile.Of(1, radius, radius, Fwhm.Centre, E1.Centre, E2.Centre, T);
        Span<double> unused = stackalloc double[StarProfile.Parameters];
        var values = new double[side * side];
        for (var i = 0; i < values.Length; i++) { values[i] = profile.Pixel(i % side, i / side, unused); }
        var sum = values.Sum();
        return [.. values.Select(v => (float)(v / sum))];
    }

    public double FwhmAt(StarProfile star) => Value(Fwhm.Coefficients, Order, star, Width, Height);

    /// <summary>By how much the stars' mean width changes when t does by its error: the brightest tell it.</summary>
    private static double ByTail(StarImage image, List<ProfileFit.Result> fits, double t, double error)
    {
        if (!(error > 0)) { return 0; }
        var changes = Fits(image, image.Fwhm, t + error, fitTail: false, TailStars)
            .SelectMany(c => fits.Where(f => Math.Abs(f.Profile.X - c.Profile.X) < 0.5 && Math.Abs(f.Profile.Y - c.Profile.Y) < 0.5).Take(1).Select(f => c.Profile.Fwhm - f.Profile.Fwhm))
            .ToArray();
        return changes.Length == 0 ? 0 : changes.Average();
    }

    private static List<ProfileFit.Result> Fits(StarImage image, double fwhm, double t, bool fitTail, int starsMax = int.MaxValue)
    {
        var fits = new List<ProfileFit.Result>();
        var noise = new float[image.Image.Width];
        foreach (var (source, owner) in image.Stars.Take(starsMax))
        {
            image.Background.FillRms((int)Math.Clamp(Math.Round(source.Y), 0, image.Image.Height - 1), noise);
            var rms = noise[(int)Math.Clamp(Math.Round(source.X), 0, image.Image.Width - 1)];
            var start = StarProfile.Of(source.Peak, source.X, source.Y, source.Fwhm, 0, 0, t);
            if (ProfileFit.Fit(start, fwhm, image.Around(owner), rms, image.Gain, fitTail) is { } fit) { fits.Add(fit); }
        }

        return fits;
    }

    private static (double T, double Error) Tail(List<ProfileFit.Result> fits)
    {
        var data = fits.Select(f => new MagnitudeDatum(-1, 0, f.Profile.T, f.TailError, [new(0, 1)])).ToArray();
        return MagnitudeFit.Solve(data, 1, ClipSigma) is { } mean ? (mean.Parameters[0], mean.Error(0)) : (fits.Average(f => f.Profile.T), double.NaN);
    }

    private static PsfFigure Polynomial(StarProfile[] stars, Func<StarProfile, double> value, int order, int width, int height, string name)
    {
        var terms = Count(order);
        var system = new SymmetricSystem(terms);
        foreach (var star in stars)
        {
            var row = Terms(order, star, width, height);
            for (var i = 0; i < terms; i++)
            {
                system.AddToRight(i, row[i] * value(star));
                for (var j = 0; j < terms; j++) { system.AddToMatrix(i, j, row[i] * row[j]); }
            }
        }

        if (system.Solve() is not { } solved) { throw RecipeException.BadFile($"{name}: the {stars.Length} stars do not lie such that a polynomial of order {order} could be fitted; a lower ORDER would help."); }
        var squares = stars.Sum(s => Math.Pow(value(s) - Value(solved.Solution, order, s, width, height), 2));
        var variance = stars.Length > terms ? squares / (stars.Length - terms) : double.NaN;
        return new PsfFigure(solved.Solution[0], Math.Sqrt(variance * solved.Covariance[0, 0]), solved.Solution);
    }

    private static double Scatter(StarProfile[] stars, PsfFigure figure, int order, int width, int height) => Math.Sqrt(
        stars.Sum(s => Math.Pow(s.Fwhm - Value(figure.Coefficients, order, s, width, height), 2)) / Math.Max(1, stars.Length - Count(order)));

    private static double Value(double[] coefficients, int order, StarProfile star, int width, int height)
    {
        var terms = Terms(order, star, width, height);
        var sum = 0.0;
        for (var i = 0; i < terms.Length; i++) { sum += coefficients[i] * terms[i]; }
        return sum;
    }

    private static int Count(int order) => (order + 1) * (order + 2) / 2;

    // From -1 to 1 over the image.
    private static double[] Terms(int order, StarProfile star, int width, int height)
    {
        var (u, v) = ((2 * (star.X + 0.5) / width) - 1, (2 * (star.Y + 0.5) / height) - 1);
        var terms = new double[Count(order)];
        var at = 0;
        for (var degree = 0; degree <= order; degree++)
        {
            for (var j = 0; j <= degree; j++) { terms[at++] = Math.Pow(u, degree - j) * Math.Pow(v, j); }
        }

        return terms;
    }
}
