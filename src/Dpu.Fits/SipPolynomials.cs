using System.Globalization;

namespace Dpu.Fits;

/// <summary>
/// Distortion in the SIP convention (Shupe et al. 2005, ASP Conf. Ser. 347, 491): polynomials in pixels from the reference pixel that are added before the linear
/// part of the coordinate system, <c>U = u + f(u, v)</c>, <c>V = v + g(u, v)</c>. Terms of order 0 and 1 belong to the linear part.
/// </summary>
public sealed class SipPolynomials
{
    /// <summary>What the convention allows.</summary>
    public const int OrderMax = 9;

    private const int IterationsMax = 20;

    // Far below what any star's position is known to, far above the rounding of pixel numbers.
    private const double Tolerance = 1e-9;

    private readonly double[,] _f;
    private readonly double[,] _g;
    private readonly (double[,] FU, double[,] FV, double[,] GU, double[,] GV) _slopes;

    /// <param name="f">Coefficients of f: at [p, q] that of u^p v^q; square, and 0 where p + q is below 2 or above the order.</param>
    /// <param name="g">Those of g.</param>
    public SipPolynomials(double[,] f, double[,] g)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentNullException.ThrowIfNull(g);
        var order = f.GetLength(0) - 1;
        if (order is < 2 or > OrderMax || f.GetLength(1) != order + 1 || g.GetLength(0) != order + 1 || g.GetLength(1) != order + 1)
        {
            throw new ArgumentException($"SIP polynomials have one order from 2 to {OrderMax}.", nameof(f));
        }

        (_f, _g) = (f, g);
        _slopes = (SlopeU(f), SlopeV(f), SlopeU(g), SlopeV(g));
    }

    public int Order => _f.GetLength(0) - 1;

    /// <summary>Polynomials that lead back, <c>u = U + F(U, V)</c>, good to some part of a pixel: for readers that do not solve for it. Null when nobody made them.</summary>
    public (double[,] F, double[,] G)? Inverse { get; init; }

    /// <summary>From pixels, counted from the reference pixel, to undistorted ones.</summary>
    public (double U, double V) Straighten(double u, double v) => (u + Value(_f, u, v), v + Value(_g, u, v));

    /// <summary>As <see cref="Straighten"/>, with the area that a pixel has among the undistorted ones.</summary>
    public (double U, double V, double Area) StraightenWithArea(double u, double v)
    {
        var (straightU, straightV) = Straighten(u, v);
        return (straightU, straightV, Math.Abs(Jacobian(u, v).Determinant));
    }

    /// <summary>From undistorted pixels to those of the image, by Newton's method; null where the polynomials fold, which is outside of any image that they were made for.</summary>
    public (double U, double V)? Distort(double straightU, double straightV)
    {
        var (u, v) = (straightU, straightV);
        for (var i = 0; i < IterationsMax; i++)
        {
            var (atU, atV) = Straighten(u, v);
            var (du, dv) = (straightU - atU, straightV - atV);
            var j = Jacobian(u, v);
            if (!(j.Determinant > 0)) { return null; }
            var (stepU, stepV) = (((j.VV * du) - (j.UV * dv)) / j.Determinant, ((j.UU * dv) - (j.VU * du)) / j.Determinant);
            (u, v) = (u + stepU, v + stepV);
            if (Math.Abs(stepU) + Math.Abs(stepV) < Tolerance) { return (u, v); }
        }

        return null;
    }

    /// <summary>Null when the header has none.</summary>
    /// <exception cref="FitsException">An order is out of range, or a coefficient is no number.</exception>
    public static SipPolynomials? FromHeader(FitsHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        if (!header.Contains("A_ORDER") && !header.Contains("B_ORDER")) { return null; }
        var order = Math.Max(OrderOf(header, "A"), OrderOf(header, "B"));
        return order < 2 ? null : new SipPolynomials(Read(header, "A", order), Read(header, "B", order));
    }

    /// <summary>Takes every card of the convention out of a header.</summary>
    public static void RemoveFrom(FitsHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        foreach (var name in (string[])["A", "B", "AP", "BP"])
        {
            if (!header.Contains(name + "_ORDER")) { continue; }
            header.Remove(name + "_ORDER");
            header.Remove(name + "_DMAX");
            for (var p = 0; p <= OrderMax; p++)
            {
                for (var q = 0; q <= OrderMax - p; q++) { header.Remove(Key(name, p, q)); }
            }
        }
    }

    public void WriteTo(FitsHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        RemoveFrom(header);
        Write(header, "A", _f, 2);
        Write(header, "B", _g, 2);
        if (Inverse is { } inverse)
        {
            Write(header, "AP", inverse.F, 0);
            Write(header, "BP", inverse.G, 0);
        }
    }

    private static void Write(FitsHeader header, string name, double[,] coefficients, int lowest)
    {
        var order = coefficients.GetLength(0) - 1;
        header.Set(name + "_ORDER", (long)order, "order of the distortion polynomial");
        for (var p = 0; p <= order; p++)
        {
            for (var q = Math.Max(0, lowest - p); q <= order - p; q++)
            {
                if (coefficients[p, q] != 0) { header.Set(Key(name, p, q), coefficients[p, q]); }
            }
        }
    }

    private static double[,] Read(FitsHeader header, string name, int order)
    {
        var coefficients = new double[order + 1, order + 1];
        var own = OrderOf(header, name);
        for (var p = 0; p <= own; p++)
        {
            for (var q = Math.Max(0, 2 - p); q <= own - p; q++) { coefficients[p, q] = header.GetDouble(Key(name, p, q), 0); }
        }

        return coefficients;
    }

    private static int OrderOf(FitsHeader header, string name) => header.GetInt64(name + "_ORDER", 0) is var order and >= 0 and <= OrderMax
        ? (int)order
        : throw new FitsException($"{header.Origin}: {name}_ORDER is {header.GetInt64(name + "_ORDER", 0)}; a number from 0 to {OrderMax} is needed.");

    private static string Key(string name, int p, int q) => string.Create(CultureInfo.InvariantCulture, $"{name}_{p}_{q}");

    private (double UU, double UV, double VU, double VV, double Determinant) Jacobian(double u, double v)
    {
        var (uu, uv) = (1 + Value(_slopes.FU, u, v), Value(_slopes.FV, u, v));
        var (vu, vv) = (Value(_slopes.GU, u, v), 1 + Value(_slopes.GV, u, v));
        return (uu, uv, vu, vv, (uu * vv) - (uv * vu));
    }

    private static double Value(double[,] coefficients, double u, double v)
    {
        var order = coefficients.GetLength(0) - 1;
        var value = 0.0;
        for (var p = order; p >= 0; p--)
        {
            var inner = 0.0;
            for (var q = order - p; q >= 0; q--) { inner = (inner * v) + coefficients[p, q]; }
            value = (value * u) + inner;
        }

        return value;
    }

    private static double[,] SlopeU(double[,] c)
    {
        var order = c.GetLength(0) - 1;
        var slope = new double[order, order];
        for (var p = 1; p <= order; p++)
        {
            for (var q = 0; q <= order - p; q++) { slope[p - 1, q] = p * c[p, q]; }
        }

        return slope;
    }

    private static double[,] SlopeV(double[,] c)
    {
        var order = c.GetLength(0) - 1;
        var slope = new double[order, order];
        for (var p = 0; p <= order; p++)
        {
            for (var q = 1; q <= order - p; q++) { slope[p, q - 1] = q * c[p, q]; }
        }

        return slope;
    }
}
