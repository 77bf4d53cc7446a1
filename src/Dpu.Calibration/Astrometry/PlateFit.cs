using Dpu.Fits;

namespace Dpu.Calibration.Astrometry;

/// <summary>A star on a frame and on the sky.</summary>
/// <param name="X">Pixel, from 1.</param>
/// <param name="Y">Pixel, from 1.</param>
/// <param name="Ra">Degrees.</param>
/// <param name="Dec">Degrees.</param>
/// <param name="Weight">One over the variance of the difference along one axis, in arc seconds.</param>
internal readonly record struct PlateStar(double X, double Y, double Ra, double Dec, double Weight);

/// <summary>A fitted coordinate system and how well the stars determine it.</summary>
internal sealed record PlateSolution(TanWcs Wcs, PlanePolynomial Terms, double[,] Covariance)
{
    /// <summary>One-sigma error along one axis of the sky position of a pixel, arc seconds: it follows from the stars' weights alone.</summary>
    public double ErrorAt(double x, double y) => Math.Sqrt(Terms.VarianceAt(Covariance, x, y));

    /// <summary>The root of the mean of the squared errors over a frame.</summary>
    public double MeanErrorOver(int width, int height)
    {
        const int Steps = 8;
        var points = from i in Enumerable.Range(0, Steps + 1) from j in Enumerable.Range(0, Steps + 1) select (X: 1 + (i * (width - 1.0) / Steps), Y: 1 + (j * (height - 1.0) / Steps));
        return Math.Sqrt(points.Average(point => Terms.VarianceAt(Covariance, point.X, point.Y)));
    }
}

/// <summary>
/// Fits a gnomonic coordinate system to stars: the pixels' polynomial of the given degree on the plane that touches the sphere at the reference pixel. The plane moves with the
/// reference pixel's position until that is its origin. Degree 1 is a plain TAN and keeps the reference pixel, since a mosaic's tangent point is that of its optics; higher
/// degrees carry their terms as SIP and move it to the frame's middle, where they are determined best.
/// </summary>
internal static class PlateFit
{
    private const int IterationsMax = 30;

    // Degrees on the sky: some billionths of an arc second, a little above the rounding of an angle.
    private const double Converged = 1e-12;
    private const double ArcsecondsPerDegree = 3600;
    private const int InverseGrid = 24;

    /// <summary>Null when the stars do not determine the system.</summary>
    /// <param name="stars">More than the polynomial has terms.</param>
    /// <param name="start">Roughly where the frame lies.</param>
    /// <param name="width">Of the frame, pixels.</param>
    /// <param name="height">Of the frame, pixels.</param>
    /// <param name="degree">From 1.</param>
    public static PlateSolution? Fit(IReadOnlyList<PlateStar> stars, TanWcs start, int width, int height, int degree)
    {
        var terms = PlanePolynomial.Over(width, height, degree);
        if (stars.Count < terms.Count) { return null; }
        var (refX, refY) = degree == 1 ? (start.Crpix1, start.Crpix2) : (0.5 * (width + 1), 0.5 * (height + 1));
        var (ra, dec) = start.PixelToSky(refX, refY);
        for (var pass = 0; pass < IterationsMax; pass++)
        {
            var plane = new TanWcs(ra, dec, 0, 0, 1, 0, 0, 1);
            if (FitOn(plane, stars, terms) is not { } fit) { return null; }
            var (east, north) = (terms.ValueAt(fit.East, refX, refY), terms.ValueAt(fit.North, refX, refY));
            if ((east * east) + (north * north) < Converged * Converged || pass == IterationsMax - 1)
            {
                return ToWcs(plane, fit.East, fit.North, terms, (refX, refY), width, height) is { } wcs ? new PlateSolution(wcs, terms, fit.Covariance) : null;
            }

            (ra, dec) = plane.PlaneToSky(east, north);
        }

        return null;
    }

    private static (double[] East, double[] North, double[,] Covariance)? FitOn(TanWcs plane, IReadOnlyList<PlateStar> stars, PlanePolynomial terms)
    {
        var (east, north) = (new NormalEquations(terms.Count), new NormalEquations(terms.Count));
        var row = new (int, double)[terms.Count];
        foreach (var star in stars)
        {
            if (plane.SkyToPlane(star.Ra, star.Dec) is not { } at) { return null; }
            var values = terms.TermsAt(star.X, star.Y);
            for (var i = 0; i < row.Length; i++) { row[i] = (i, values[i]); }
            east.Add(row, at.East, star.Weight);
            north.Add(row, at.North, star.Weight);
        }

        return east.Solve() is { } first && north.Solve() is { } second ? (first.Solution, second.Solution, first.Covariance) : null;
    }

    private static TanWcs? ToWcs(TanWcs plane, double[] east, double[] north, PlanePolynomial terms, (double X, double Y) reference, int width, int height)
    {
        var (e, n) = (terms.ExpandAbout(east, reference.X, reference.Y), terms.ExpandAbout(north, reference.X, reference.Y));
        var (cd11, cd12, cd21, cd22) = (e[1, 0], e[0, 1], n[1, 0], n[0, 1]);
        var determinant = (cd11 * cd22) - (cd12 * cd21);
        if (determinant == 0 || !double.IsFinite(determinant)) { return null; }
        var wcs = new TanWcs(plane.Crval1, plane.Crval2, reference.X, reference.Y, cd11, cd12, cd21, cd22);
        if (terms.Degree == 1) { return wcs; }
        var (f, g) = (new double[terms.Degree + 1, terms.Degree + 1], new double[terms.Degree + 1, terms.Degree + 1]);
        for (var p = 0; p <= terms.Degree; p++)
        {
            for (var q = Math.Max(0, 2 - p); q <= terms.Degree - p; q++)
            {
                f[p, q] = ((cd22 * e[p, q]) - (cd12 * n[p, q])) / determinant;
                g[p, q] = ((cd11 * n[p, q]) - (cd21 * e[p, q])) / determinant;
            }
        }

        var sip = new SipPolynomials(f, g);
        return wcs with { Sip = new SipPolynomials(f, g) { Inverse = Invert(sip, reference, width, height) } };
    }

    /// <summary>Polynomials that lead back, one degree higher, from a grid of pixels: what a reader uses that does not solve for the pixel itself.</summary>
    private static (double[,] F, double[,] G)? Invert(SipPolynomials sip, (double X, double Y) reference, int width, int height)
    {
        var terms = new PlanePolynomial(Math.Min(sip.Order + 1, SipPolynomials.OrderMax), 0, 0, 0.5 * Math.Max(width, height));
        var (first, second) = (new NormalEquations(terms.Count), new NormalEquations(terms.Count));
        var row = new (int, double)[terms.Count];
        for (var i = 0; i <= InverseGrid; i++)
        {
            for (var j = 0; j <= InverseGrid; j++)
            {
                var (u, v) = (1 + (i * (width - 1.0) / InverseGrid) - reference.X, 1 + (j * (height - 1.0) / InverseGrid) - reference.Y);
                var (straightU, straightV) = sip.Straighten(u, v);
                var values = terms.TermsAt(straightU, straightV);
                for (var k = 0; k < row.Length; k++) { row[k] = (k, values[k]); }
                first.Add(row, u - straightU, 1);
                second.Add(row, v - straightV, 1);
            }
        }

        return first.Solve() is { } f && second.Solve() is { } g ? (terms.ExpandAbout(f.Solution, 0, 0), terms.ExpandAbout(g.Solution, 0, 0)) : null;
    }

    /// <summary>The gnomonic system (with distortion, for degrees above 1) nearest to any map from pixels to the sky, from a grid of pixels.</summary>
    public static PlateSolution? Render(Func<double, double, (double Ra, double Dec)> map, TanWcs start, int width, int height, int degree)
    {
        var steps = 2 * (degree + 2);
        var stars =
            from i in Enumerable.Range(0, steps + 1)
            from j in Enumerable.Range(0, steps + 1)
            let x = 1 + (i * (width - 1.0) / steps)
            let y = 1 + (j * (height - 1.0) / steps)
            let sky = map(x, y)
            select new PlateStar(x, y, sky.Ra, sky.Dec, 1);
        return Fit([.. stars], start, width, height, degree);
    }

    /// <summary>A star's position by a coordinate system less its position on the sky, arc seconds east and north.</summary>
    public static (double East, double North) Residual(TanWcs wcs, double x, double y, double ra, double dec)
    {
        var (atRa, atDec) = wcs.PixelToSky(x, y);
        var plane = new TanWcs(ra, dec, 0, 0, 1, 0, 0, 1);
        return plane.SkyToPlane(atRa, atDec) is { } at ? (at.East * ArcsecondsPerDegree, at.North * ArcsecondsPerDegree) : (double.NaN, double.NaN);
    }
}
