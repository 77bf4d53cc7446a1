namespace Dpu.Calibration.Photometry;

/// <summary>The distribution of a sum of squares of normal deviates.</summary>
internal static class ChiSquared
{
    private const int TermsMax = 10_000;
    private const double Tolerance = 1e-14;

    /// <summary>The probability of a sum above <paramref name="value"/> by chance: Γ(ν/2, χ²/2) / Γ(ν/2).</summary>
    public static double Above(double value, int freedom)
    {
        if (!(value > 0)) { return 1; }
        var (a, x) = (0.5 * freedom, 0.5 * value);
        var front = Math.Exp((a * Math.Log(x)) - x - LogGamma(freedom));
        return x < a + 1 ? Math.Max(0, 1 - (front * Series(a, x))) : front * Fraction(a, x);
    }

    // Abramowitz and Stegun 6.5.29.
    private static double Series(double a, double x)
    {
        var (term, sum) = (1 / a, 1 / a);
        for (var n = 1; n < TermsMax && term > Tolerance * sum; n++)
        {
            term *= x / (a + n);
            sum += term;
        }

        return sum;
    }

    // Abramowitz and Stegun 6.5.31, evaluated from the front by Lentz's method.
    private static double Fraction(double a, double x)
    {
        var b = x + 1 - a;
        var (c, d) = (double.MaxValue, 1 / b);
        var result = d;
        for (var n = 1; n < TermsMax; n++)
        {
            var numerator = -n * (n - a);
            b += 2;
            d = 1 / ((numerator * d) + b);
            c = b + (numerator / c);
            result *= c * d;
            if (Math.Abs((c * d) - 1) < Tolerance) { break; }
        }

        return result;
    }

    /// <summary>ln Γ(n/2), by its recurrence from Γ(1) = 1 and Γ(1/2) = √π.</summary>
    private static double LogGamma(int halves)
    {
        var sum = halves % 2 == 0 ? 0 : 0.5 * Math.Log(Math.PI);
        for (var n = halves % 2 == 0 ? 2 : 1; n < halves; n += 2) { sum += Math.Log(0.5 * n); }
        return sum;
    }
}
