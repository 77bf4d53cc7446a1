namespace Dpu.Calibration.Photometry;

/// <summary>
/// The profile of a star: <c>I = A (1 + t q)^(−1/t)</c> with <c>q = a dx² + 2 b dx dy + c dy²</c>, an elliptical Moffat function of β = 1/t, which goes over into the Gaussian at t = 0 and beyond (t below 0 ends at a rim), so
/// that a fit has no wall there. What a pixel sees is the integral over it.
/// </summary>
internal readonly record struct StarProfile(double Amplitude, double X, double Y, double A, double B, double C, double Sky, double T)
{
    public const int Parameters = 8;

    // Gauss and Legendre's three points on a pixel's side: exact for polynomials of the fifth degree.
    private static readonly double[] s_nodes = [-0.3872983346207417, 0, 0.3872983346207417];
    private static readonly double[] s_weights = [5 / 18.0, 8 / 18.0, 5 / 18.0];

    /// <summary>Width at half maximum, pixels: the geometric mean of both axes.</summary>
    public double Fwhm => 2 * Math.Sqrt(HalfRadius(T) / Math.Sqrt((A * C) - (B * B)));

    /// <summary>Components of the ellipticity: (Mxx − Myy) / (Mxx + Myy) and 2 Mxy / (Mxx + Myy) of the inverse form M.</summary>
    public (double E1, double E2) Ellipticity => ((C - A) / (A + C), -2 * B / (A + C));

    public bool IsEllipse => A > 0 && C > 0 && (A * C) - (B * B) > 0;

    /// <summary>q at half of the maximum.</summary>
    public static double HalfRadius(double t) => Math.Abs(t) < 1e-6 ? Math.Log(2) : (Math.Pow(2, t) - 1) / t;

    /// <summary>A round or elliptical profile of a width.</summary>
    public static StarProfile Of(double amplitude, double x, double y, double fwhm, double e1, double e2, double t)
    {
        // M = s (1 + e1, e2; e2, 1 - e1), and the form is its inverse.
        var root = Math.Sqrt(1 - (e1 * e1) - (e2 * e2));
        var scale = 4 * HalfRadius(t) / (fwhm * fwhm * root);
        return new StarProfile(amplitude, x, y, scale * (1 - e1), -scale * e2, scale * (1 + e1), 0, t);
    }

    /// <summary>The integral over the pixel at (x, y), and its derivatives by all parameters in their order.</summary>
    public double Pixel(double x, double y, Span<double> derivatives)
    {
        derivatives.Clear();
        var value = 0.0;
        for (var j = 0; j < s_nodes.Length; j++)
        {
            for (var i = 0; i < s_nodes.Length; i++)
            {
                value += Add(x + s_nodes[i] - X, y + s_nodes[j] - Y, s_weights[i] * s_weights[j], derivatives);
            }
        }

        derivatives[6] = 1;
        return value + Sky;
    }

    public StarProfile Moved(ReadOnlySpan<double> step) =>
        new(Amplitude + step[0], X + step[1], Y + step[2], A + step[3], B + step[4], C + step[5], Sky + step[6], T + step[7]);

    private double Add(double dx, double dy, double weight, Span<double> derivatives)
    {
        var q = (A * dx * dx) + (2 * B * dx * dy) + (C * dy * dy);
        var tq = T * q;
        if (tq <= -1) { return 0; }
        var logarithm = Math.Abs(tq) < 1e-4 ? q * (1 - (0.5 * tq) + (tq * tq / 3)) : Math.Log(1 + tq) / T;
        var shape = weight * Math.Exp(-logarithm);
        var value = Amplitude * shape;
        var byQ = -value / (1 + tq);
        derivatives[0] += shape;
        derivatives[1] += byQ * -2 * ((A * dx) + (B * dy));
        derivatives[2] += byQ * -2 * ((B * dx) + (C * dy));
        derivatives[3] += byQ * dx * dx;
        derivatives[4] += byQ * 2 * dx * dy;
        derivatives[5] += byQ * dy * dy;
        derivatives[7] += value * (Math.Abs(tq) < 1e-3 ? q * q * (0.5 - (2 * tq / 3) + (0.75 * tq * tq)) : ((logarithm - (q / (1 + tq))) / T));
        return value;
    }
}
