namespace Dpu.Calibration.Photometry;

/// <summary>
/// The normal equations of a weighted least-squares fit, solved by Cholesky's decomposition after scaling to a unit diagonal, so that
/// parameters of very different units do no harm.
/// </summary>
internal sealed class SymmetricSystem(int size)
{
    // Below this part of its own variance a parameter is told by the others alone: the fit cannot separate them.
    private const double IndependenceMin = 1e-10;

    private readonly double[,] _matrix = new double[size, size];
    private readonly double[] _right = new double[size];

    public int Size => size;

    public void AddToMatrix(int row, int column, double value) => _matrix[row, column] += value;

    public void AddToRight(int row, double value) => _right[row] += value;

    /// <summary>The solution and its covariance for data of unit weight; null when a parameter is not determined.</summary>
    public (double[] Solution, double[,] Covariance)? Solve()
    {
        var scale = new double[size];
        for (var i = 0; i < size; i++)
        {
            if (!(_matrix[i, i] > 0)) { return null; }
            scale[i] = 1 / Math.Sqrt(_matrix[i, i]);
        }

        if (Decompose(scale) is not { } lower) { return null; }
        var solution = Substitute(lower, i => _right[i] * scale[i]);
        var covariance = new double[size, size];
        for (var column = 0; column < size; column++)
        {
            solution[column] *= scale[column];
            var at = column;
            var inverse = Substitute(lower, i => i == at ? 1 : 0);
            for (var row = 0; row < size; row++) { covariance[row, column] = inverse[row] * scale[row] * scale[column]; }
        }

        return (solution, covariance);
    }

    private double[,]? Decompose(double[] scale)
    {
        var lower = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = _matrix[i, j] * scale[i] * scale[j];
                for (var k = 0; k < j; k++) { sum -= lower[i, k] * lower[j, k]; }
                if (i != j) { lower[i, j] = sum / lower[j, j]; }
                else if (sum > IndependenceMin) { lower[i, i] = Math.Sqrt(sum); }
                else { return null; }
            }
        }

        return lower;
    }

    private double[] Substitute(double[,] lower, Func<int, double> right)
    {
        var x = new double[size];
        for (var i = 0; i < size; i++)
        {
            x[i] = right(i);
            for (var k = 0; k < i; k++) { x[i] -= lower[i, k] * x[k]; }
            x[i] /= lower[i, i];
        }

        for (var i = size - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < size; k++) { x[i] -= lower[k, i] * x[k]; }
            x[i] /= lower[i, i];
        }

        return x;
    }
}
