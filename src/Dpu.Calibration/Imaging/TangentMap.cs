using Dpu.Fits;

namespace Dpu.Calibration.Imaging;

/// <summary>
/// The exact map from the pixels of one gnomonic (TAN) image to those of another. Both are planes that touch the same
/// sphere, seen from its centre: the map is a projective one, a 3 x 3 matrix, and costs a division a pixel. Where an image is
/// distorted, its polynomials stand before or behind the matrix.
/// </summary>
internal sealed class TangentMap
{
    private const double Degree = Math.PI / 180;

    private readonly double[,] _m;
    private readonly double _determinant;
    private readonly TanWcs? _distortedFrom;
    private readonly TanWcs? _distortedTo;

    public TangentMap(TanWcs from, TanWcs to)
    {
        _m = Multiply(ToPixels(to), Multiply(Transpose(Axes(to)), Multiply(Axes(from), ToPlane(from))));
        _determinant = Determinant(_m);
        _distortedFrom = from.Sip is null ? null : from;
        _distortedTo = to.Sip is null ? null : to;
    }

    /// <summary>The position in the other image of a position in this one; both from 1, as in FITS. NaN where the other's distortion shows nothing.</summary>
    public (double X, double Y) Map(double x, double y)
    {
        var (mx, my, _) = MapWithArea(x, y);
        return (mx, my);
    }

    /// <summary>As <see cref="Map"/>, with the area in pixels of the other image that a pixel here covers.</summary>
    public (double X, double Y, double Area) MapWithArea(double x, double y)
    {
        var area = 1.0;
        if (_distortedFrom is { } from)
        {
            var straight = from.Sip!.StraightenWithArea(x - from.Crpix1, y - from.Crpix2);
            (x, y, area) = (straight.U + from.Crpix1, straight.V + from.Crpix2, straight.Area);
        }

        var w = (_m[2, 0] * x) + (_m[2, 1] * y) + _m[2, 2];
        var (mx, my) = (((_m[0, 0] * x) + (_m[0, 1] * y) + _m[0, 2]) / w, ((_m[1, 0] * x) + (_m[1, 1] * y) + _m[1, 2]) / w);
        area *= Math.Abs(_determinant / (w * w * w));
        return _distortedTo is { } to ? Distorted(to, mx, my, area) : (mx, my, area);
    }

    private static (double X, double Y, double Area) Distorted(TanWcs to, double x, double y, double area)
    {
        if (to.Sip!.Distort(x - to.Crpix1, y - to.Crpix2) is not { } at) { return (double.NaN, double.NaN, double.NaN); }
        return (at.U + to.Crpix1, at.V + to.Crpix2, area / to.Sip.StraightenWithArea(at.U, at.V).Area);
    }

    // Pixel to the plane that touches the sphere at CRVAL: east, north, 1.
    private static double[,] ToPlane(TanWcs w)
    {
        double a = w.Cd11 * Degree, b = w.Cd12 * Degree, c = w.Cd21 * Degree, d = w.Cd22 * Degree;
        return new[,]
        {
            { a, b, -(a * w.Crpix1) - (b * w.Crpix2) },
            { c, d, -(c * w.Crpix1) - (d * w.Crpix2) },
            { 0, 0, 1 },
        };
    }

    private static double[,] ToPixels(TanWcs w)
    {
        var determinant = ((w.Cd11 * w.Cd22) - (w.Cd12 * w.Cd21)) * Degree;
        return new[,]
        {
            { w.Cd22 / determinant, -w.Cd12 / determinant, w.Crpix1 },
            { -w.Cd21 / determinant, w.Cd11 / determinant, w.Crpix2 },
            { 0, 0, 1 },
        };
    }

    // Columns: east, north and outward at CRVAL.
    private static double[,] Axes(TanWcs w)
    {
        var (sinRa, cosRa) = Math.SinCos(w.Crval1 * Degree);
        var (sinDec, cosDec) = Math.SinCos(w.Crval2 * Degree);
        return new[,]
        {
            { -sinRa, -sinDec * cosRa, cosDec * cosRa },
            { cosRa, -sinDec * sinRa, cosDec * sinRa },
            { 0, cosDec, sinDec },
        };
    }

    private static double[,] Multiply(double[,] a, double[,] b)
    {
        var product = new double[3, 3];
        for (var i = 0; i < 3; i++)
        {
            for (var j = 0; j < 3; j++) { product[i, j] = (a[i, 0] * b[0, j]) + (a[i, 1] * b[1, j]) + (a[i, 2] * b[2, j]); }
        }

        return product;
    }

    private static double[,] Transpose(double[,] a) => new[,]
    {
        { a[0, 0], a[1, 0], a[2, 0] },
        { a[0, 1], a[1, 1], a[2, 1] },
        { a[0, 2], a[1, 2], a[2, 2] },
    };

    private static double Determinant(double[,] m) =>
        (m[0, 0] * ((m[1, 1] * m[2, 2]) - (m[1, 2] * m[2, 1])))
        - (m[0, 1] * ((m[1, 0] * m[2, 2]) - (m[1, 2] * m[2, 0])))
        + (m[0, 2] * ((m[1, 0] * m[2, 1]) - (m[1, 1] * m[2, 0])));
}
