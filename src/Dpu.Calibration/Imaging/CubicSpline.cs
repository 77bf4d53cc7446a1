namespace Dpu.Calibration.Imaging;

/// <summary>Natural cubic spline through values at 0, 1, 2, …; straight beyond the ends, so that it cannot run away there.</summary>
internal static class CubicSpline
{
    /// <summary>Second derivatives at the nodes, zero at both ends. <paramref name="work"/> is scratch of the same length.</summary>
    public static void SecondDerivatives(ReadOnlySpan<double> nodes, Span<double> second, Span<double> work)
    {
        second.Clear();
        var last = nodes.Length - 1;
        work[0] = 0;

        // Tridiagonal system with 1, 4, 1 (in units of a sixth), eliminated downwards and substituted back.
        for (var i = 1; i < last; i++)
        {
            var pivot = 1 / (4 - work[i - 1]);
            work[i] = pivot;
            second[i] = ((6 * (nodes[i + 1] - (2 * nodes[i]) + nodes[i - 1])) - second[i - 1]) * pivot;
        }

        for (var i = last - 1; i > 0; i--) { second[i] -= work[i] * second[i + 1]; }
    }

    /// <summary>The spline's value at <paramref name="t"/>.</summary>
    public static double Evaluate(ReadOnlySpan<double> nodes, ReadOnlySpan<double> second, double t)
    {
        var last = nodes.Length - 1;
        if (last == 0) { return nodes[0]; }
        if (t <= 0) { return nodes[0] + (t * Slope(nodes[0], nodes[1], second[1])); }
        if (t >= last) { return nodes[last] + ((t - last) * Slope(nodes[last - 1], nodes[last], -second[last - 1])); }

        var i = Math.Min((int)t, last - 1);
        var b = t - i;
        var a = 1 - b;
        return (a * nodes[i]) + (b * nodes[i + 1])
            + (((a * ((a * a) - 1) * second[i]) + (b * ((b * b) - 1) * second[i + 1])) / 6);
    }

    // At an end the second derivative vanishes; the inner neighbour's bends the slope by a sixth of it.
    private static double Slope(double from, double to, double inner) => to - from - (inner / 6);
}
