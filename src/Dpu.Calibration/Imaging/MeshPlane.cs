namespace Dpu.Calibration.Imaging;

/// <summary>One value per cell of a mesh, interpolated over the rectangle it divides by a spline along y and another along x.</summary>
internal sealed class MeshPlane
{
    private readonly double[] _values;
    private readonly double[] _second;
    private readonly int _columns;
    private readonly int _rows;
    private readonly PixelArea _area;

    public MeshPlane(double[] values, int columns, int rows, PixelArea area)
    {
        (_values, _columns, _rows, _area) = (values, columns, rows, area);
        _second = new double[values.Length];
        var nodes = new double[rows];
        var second = new double[rows];
        var work = new double[rows];
        for (var column = 0; column < columns; column++)
        {
            for (var row = 0; row < rows; row++) { nodes[row] = values[(row * columns) + column]; }
            CubicSpline.SecondDerivatives(nodes, second, work);
            second.CopyTo(_second, column * rows);
        }
    }

    public double Median()
    {
        var sorted = Array.ConvertAll(_values, v => (float)v);
        return RobustStatistics.Median(sorted);
    }

    /// <summary>Fills <paramref name="target"/>, a row of the rectangle, with the values at image row <paramref name="y"/>.</summary>
    public void Fill(int y, Span<float> target)
    {
        Span<double> nodes = stackalloc double[_columns + _rows];
        var column = nodes[_columns..];
        nodes = nodes[.._columns];
        var t = ((y - _area.Y + 0.5) * _rows / _area.Height) - 0.5;
        for (var c = 0; c < _columns; c++)
        {
            for (var r = 0; r < _rows; r++) { column[r] = _values[(r * _columns) + c]; }
            nodes[c] = CubicSpline.Evaluate(column, _second.AsSpan(c * _rows, _rows), t);
        }

        Span<double> second = stackalloc double[2 * _columns];
        CubicSpline.SecondDerivatives(nodes, second[.._columns], second[_columns..]);
        var step = (double)_columns / _area.Width;
        for (var x = 0; x < target.Length; x++)
        {
            target[x] = (float)CubicSpline.Evaluate(nodes, second[.._columns], ((x + 0.5) * step) - 0.5);
        }
    }
}
