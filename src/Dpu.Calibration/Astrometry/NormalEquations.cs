namespace Dpu.Calibration.Astrometry;

/// <summary>The normal equations of a linear least-squares problem, filled row by row: memory is that of the unknowns, however many measurements there are.</summary>
internal sealed class NormalEquations(int size)
{
    // A pivot that is this small beside its diagonal is rounding: the measurements do not say anything about that combination of unknowns.
    private const double PivotMin = 1e-11;

    private readonly double[,] _matrix = new double[size, size];
    private readonly double[] _right = new double[size];

    public int Size => size;

    /// <summary>Adds a measurement: <c>row · unknowns = value</c>.</summary>
    /// <param name="row">Pairs of an unknown's index and its factor.</param>
    /// <param name="value">What was measured.</param>
    /// <param name="weight">One over its variance.</param>
    public void Add(ReadOnlySpan<(int Index, double Factor)> row, double value, double weight)
    {
        foreach (var (i, a) in row)
        {
            foreach (var (j, b) in row) { _matrix[i, j] += weight * a * b; }
            _right[i] += weight * a * value;
        }
    }

    /// <summary>Adds a wish: the unknown is 0 within one over the root of the weight.</summary>
    public void Hold(int unknown, double weight) => _matrix[unknown, unknown] += weight;

    /// <summary>The unknowns; null when the measurements do not determine them.</summary>
    public LinearSolution? Solve()
    {
        // Scaled to a unit diagonal, so that a pivot tells degeneracy whatever the units.
        var scale = new double[size];
        for (var i = 0; i < size; i++)
        {
            if (!(_matrix[i, i] > 0)) { return null; }
            scale[i] = 1 / Math.Sqrt(_matrix[i, i]);
        }

        if (Cholesky(scale) is not { } lower) { return null; }
        var solution = Substitute(lower, [.. _right.Select((value, i) => value * scale[i])]);
        return new LinearSolution([.. solution.Select((value, i) => value * scale[i])], () => Inverse(lower, scale));
    }

    private double[,] Inverse(double[,] lower, double[] scale)
    {
        var inverse = new double[size, size];
        for (var j = 0; j < size; j++)
        {
            var unit = new double[size];
            unit[j] = 1;
            var column = Substitute(lower, unit);
            for (var i = 0; i < size; i++) { inverse[i, j] = column[i] * scale[i] * scale[j]; }
        }

        return inverse;
    }

    private double[,]? Cholesky(double[] scale)
    {
        var lower = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = _matrix[i, j] * scale[i] * scale[j];
                for (var k = 0; k < j; k++) { sum -= lower[i, k] * lower[j, k]; }
                if (i != j) { lower[i, j] = sum / lower[j, j]; }
                else if (sum > PivotMin) { lower[i, i] = Math.Sqrt(sum); }
                else { return null; }
            }
        }

        return lower;
    }

    private double[] Substitute(double[,] lower, double[] right)
    {
        for (var i = 0; i < size; i++)
        {
            for (var k = 0; k < i; k++) { right[i] -= lower[i, k] * right[k]; }
            right[i] /= lower[i, i];
        }

        for (var i = size - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < size; k++) { right[i] -= lower[k, i] * right[k]; }
            right[i] /= lower[i, i];
        }

        return right;
    }
}

/// <summary>The unknowns, and their covariance, which is computed when somebody asks: it costs more than they do.</summary>
internal sealed class LinearSolution(double[] solution, Func<double[,]> covariance)
{
    private double[,]? _covariance;

    public double[] Solution { get; } = solution;

    public double[,] Covariance => _covariance ??= covariance();
}
