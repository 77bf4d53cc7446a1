namespace Dpu.Calibration.Astrometry;

/// <summary>
/// The terms of a polynomial in a frame's pixels, all up to a degree. Inside, pixels run from -1 to 1 over the frame, so that the terms are of one size and a least-squares
/// fit does not lose digits.
/// </summary>
internal sealed class PlanePolynomial
{
    private readonly (int P, int Q)[] _powers;
    private readonly double _centreX;
    private readonly double _centreY;
    private readonly double _half;

    /// <param name="degree">Highest sum of powers.</param>
    /// <param name="centreX">Middle of the range of x.</param>
    /// <param name="centreY">Middle of the range of y.</param>
    /// <param name="half">Half of the larger range.</param>
    public PlanePolynomial(int degree, double centreX, double centreY, double half)
    {
        Degree = degree;
        (_centreX, _centreY, _half) = (centreX, centreY, half);
        _powers = [.. from order in Enumerable.Range(0, degree + 1) from q in Enumerable.Range(0, order + 1) select (order - q, q)];
    }

    /// <summary>For a frame whose first pixel is 1.</summary>
    public static PlanePolynomial Over(int width, int height, int degree) =>
        new(degree, 0.5 * (width + 1), 0.5 * (height + 1), 0.5 * Math.Max(width, height));

    public int Degree { get; }

    public int Count => _powers.Length;

    /// <summary>How many terms a polynomial of a degree has.</summary>
    public static int CountOf(int degree) => (degree + 1) * (degree + 2) / 2;

    /// <summary>The terms at a pixel.</summary>
    public double[] TermsAt(double x, double y)
    {
        var (s, t) = Scaled(x, y);
        return Array.ConvertAll(_powers, power => Power(s, power.P) * Power(t, power.Q));
    }

    public double ValueAt(double[] coefficients, double x, double y)
    {
        var terms = TermsAt(x, y);
        var sum = 0.0;
        for (var i = 0; i < terms.Length; i++) { sum += coefficients[i] * terms[i]; }
        return sum;
    }

    /// <summary>The variance of a fitted value at a pixel, from the covariance of the coefficients.</summary>
    public double VarianceAt(double[,] covariance, double x, double y)
    {
        var terms = TermsAt(x, y);
        var sum = 0.0;
        for (var i = 0; i < terms.Length; i++)
        {
            for (var j = 0; j < terms.Length; j++) { sum += terms[i] * covariance[i, j] * terms[j]; }
        }

        return sum;
    }

    /// <summary>The same polynomial in pixels counted from another point: at [p, q] the coefficient of u^p v^q.</summary>
    public double[,] ExpandAbout(double[] coefficients, double x, double y)
    {
        var (s0, t0) = Scaled(x, y);
        var expanded = new double[Degree + 1, Degree + 1];
        for (var k = 0; k < _powers.Length; k++)
        {
            var (i, j) = _powers[k];
            for (var p = 0; p <= i; p++)
            {
                for (var q = 0; q <= j; q++)
                {
                    expanded[p, q] += coefficients[k] * Binomial(i, p) * Binomial(j, q) * Power(s0, i - p) * Power(t0, j - q) / Power(_half, p + q);
                }
            }
        }

        return expanded;
    }

    private (double S, double T) Scaled(double x, double y) => ((x - _centreX) / _half, (y - _centreY) / _half);

    private static double Power(double value, int exponent)
    {
        var power = 1.0;
        for (var i = 0; i < exponent; i++) { power *= value; }
        return power;
    }

    private static double Binomial(int n, int k)
    {
        var value = 1.0;
        for (var i = 1; i <= k; i++) { value = value * (n - k + i) / i; }
        return value;
    }
}
