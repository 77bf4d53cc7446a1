using Dpu.Calibration.Imaging;

namespace Dpu.Calibration.Photometry;

/// <summary>A term of the model: which parameter, times what.</summary>
internal readonly record struct FitTerm(int Parameter, double Factor);

/// <summary>A measured magnitude and what the model says of it: the sum of its terms, and the unknown level of its group.</summary>
/// <param name="Group">Measurements of one group share an unknown level, such as a star's magnitude; below 0: there is none.</param>
/// <param name="Cluster">Measurements that share other errors than their own, such as those of one exposure under one sky.</param>
/// <param name="Value">Magnitudes.</param>
/// <param name="Error">One sigma, magnitudes; above 0.</param>
/// <param name="Terms">A parameter stands there once.</param>
internal sealed record MagnitudeDatum(int Group, int Cluster, double Value, double Error, FitTerm[] Terms);

/// <summary>What a fit found.</summary>
/// <param name="Parameters">In their order.</param>
/// <param name="Covariance">From the stated errors, the scatter on top included.</param>
/// <param name="Extra">Scatter that the stated errors do not explain, magnitudes, added in quadrature to each of them.</param>
/// <param name="Residuals">Of each datum; NaN for one whose group has no other.</param>
/// <param name="IsKept">Which data were not clipped.</param>
/// <param name="Freedom">Data kept less groups and parameters.</param>
internal sealed record MagnitudeSolution(
    double[] Parameters, double[,] Covariance, double Extra, double[] Residuals, bool[] IsKept, int Freedom, IReadOnlyDictionary<int, double> Levels)
{
    public int Kept => IsKept.Count(k => k);

    public double Error(int parameter) => Math.Sqrt(Covariance[parameter, parameter]);

    /// <summary>Root mean square of the residuals kept.</summary>
    public double Rms
    {
        get
        {
            var squares = Residuals.Where((r, i) => IsKept[i] && double.IsFinite(r)).Select(r => r * r).ToArray();
            return squares.Length == 0 ? double.NaN : Math.Sqrt(squares.Average());
        }
    }
}

/// <summary>
/// Weighted least squares with the groups' levels eliminated: they are as many as there are stars, and drop out of the normal equations
/// one by one. Outliers are clipped by their error after the fit, which is smaller than before it, the more so the fewer share
/// a level. What scatter the stated errors do not explain is found such that chi² equals its expectation: bright stars, whose photons would let
/// them decide alone, then weigh what flat field and sky allow.
/// </summary>
internal sealed class MagnitudeFit
{
    private const int PassesMax = 20;
    private const int BisectionsMax = 40;

    private readonly IReadOnlyList<MagnitudeDatum> _data;
    private readonly int _parameters;
    private readonly double _clip;
    private readonly IReadOnlyList<int[]> _zeroSums;
    private readonly int[][] _groups;
    private readonly bool[] _kept;

    // Of one group at a time: kept, because groups are as many as stars.
    private readonly double[] _sums;
    private readonly bool[] _isTouched;
    private readonly List<int> _touched = [];

    private MagnitudeFit(IReadOnlyList<MagnitudeDatum> data, int parameters, double clip, IReadOnlyList<int[]> zeroSums)
    {
        (_data, _parameters, _clip, _zeroSums) = (data, parameters, clip, zeroSums);
        _groups = [.. Enumerable.Range(0, data.Count).Where(i => data[i].Group >= 0).GroupBy(i => data[i].Group).Select(g => g.ToArray())];
        (_sums, _isTouched) = (new double[parameters], new bool[parameters]);
        _kept = new bool[data.Count];
        _kept.AsSpan().Fill(true);
    }

    /// <param name="data">Measurements.</param>
    /// <param name="parameters">How many parameters the terms name.</param>
    /// <param name="clip">Residuals beyond this many sigma are left out.</param>
    /// <param name="zeroSums">Sets of parameters of which only differences are told: their sum is set to 0.</param>
    /// <returns>Null when the data do not determine the parameters.</returns>
    public static MagnitudeSolution? Solve(IReadOnlyList<MagnitudeDatum> data, int parameters, double clip, params IReadOnlyList<int[]> zeroSums) =>
        new MagnitudeFit(data, parameters, clip, zeroSums).Run();

    private MagnitudeSolution? Run()
    {
        if (Fit(0) is not { } solution) { return null; }
        solution = Fit(FirstGuess(solution)) ?? solution;
        for (var pass = 0; pass < PassesMax; pass++)
        {
            var changed = Clip(solution);
            if (FitWithScatter() is not { } next) { return null; }
            solution = next;
            if (!changed) { break; }
        }

        return solution;
    }

    /// <summary>A scatter that outliers do not widen, so that the first clipping knows what an outlier is.</summary>
    private double FirstGuess(MagnitudeSolution solution)
    {
        var residuals = solution.Residuals.Where(double.IsFinite).Select(r => (float)r).ToArray();
        var errors = _data.Select(d => (float)d.Error).ToArray();
        if (residuals.Length == 0) { return 0; }
        var (sigma, typical) = (RobustStatistics.SigmaFromMad(residuals, 0), RobustStatistics.Median(errors));
        return Math.Sqrt(Math.Max(0, (sigma * sigma) - (typical * typical)));
    }

    private MagnitudeSolution? FitWithScatter()
    {
        var bare = Fit(0);
        if (bare is not { } solution || solution.Freedom < 1 || Excess(solution) <= 0) { return bare; }
        var (low, high) = (0.0, 2 * solution.Rms);
        for (var i = 0; i < BisectionsMax && high - low > 1e-3 * high; i++)
        {
            var middle = 0.5 * (low + high);
            if (Fit(middle) is not { } next) { return null; }
            solution = next;
            (low, high) = Excess(solution) > 0 ? (middle, high) : (low, middle);
        }

        return solution;
    }

    /// <summary>chi² above its expectation.</summary>
    private double Excess(MagnitudeSolution solution)
    {
        var sum = 0.0;
        for (var i = 0; i < _data.Count; i++)
        {
            if (!_kept[i] || !double.IsFinite(solution.Residuals[i])) { continue; }
            sum += solution.Residuals[i] * solution.Residuals[i] / Variance(i, solution.Extra);
        }

        return sum - solution.Freedom;
    }

    private double Variance(int i, double extra) => (_data[i].Error * _data[i].Error) + (extra * extra);

    private bool Clip(MagnitudeSolution solution)
    {
        var share = Shares(solution.Extra);
        var changed = false;
        for (var i = 0; i < _data.Count; i++)
        {
            var residual = solution.Residuals[i];
            if (!double.IsFinite(residual)) { continue; }
            // A datum that was left out does not pull its level towards itself: its residual is as wide as both errors together.
            var variance = Variance(i, solution.Extra) * (_kept[i] ? Math.Max(1 - share[i], 1e-6) : 1 + share[i]);
            var keep = residual * residual <= _clip * _clip * variance;
            changed |= keep != _kept[i];
            _kept[i] = keep;
        }

        return changed;
    }

    /// <summary>The datum's weight as a part of its group's.</summary>
    private double[] Shares(double extra)
    {
        var shares = new double[_data.Count];
        foreach (var group in _groups)
        {
            var total = group.Where(i => _kept[i]).Sum(i => 1 / Variance(i, extra));
            foreach (var i in group) { shares[i] = total > 0 ? 1 / Variance(i, extra) / total : 0; }
        }

        return shares;
    }

    private MagnitudeSolution? Fit(double extra)
    {
        var system = new SymmetricSystem(_parameters);
        var freedom = -_parameters + _zeroSums.Count;
        for (var i = 0; i < _data.Count; i++)
        {
            if (!_kept[i] || _data[i].Group >= 0) { continue; }
            Add(system, i, 1 / Variance(i, extra));
            freedom++;
        }

        foreach (var group in _groups) { freedom += AddGroup(system, group, extra); }
        Constrain(system);
        if (_parameters > 0 && system.Solve() is { } solved) { return Solution(solved.Solution, solved.Covariance, extra, freedom); }
        return _parameters == 0 ? Solution([], new double[0, 0], extra, freedom) : null;
    }

    private void Add(SymmetricSystem system, int i, double weight)
    {
        foreach (var a in _data[i].Terms)
        {
            system.AddToRight(a.Parameter, weight * a.Factor * _data[i].Value);
            foreach (var b in _data[i].Terms) { system.AddToMatrix(a.Parameter, b.Parameter, weight * a.Factor * b.Factor); }
        }
    }

    /// <summary>Adds a group whose level is eliminated; returns the freedom it brings.</summary>
    private int AddGroup(SymmetricSystem system, int[] group, double extra)
    {
        var (total, value, count) = (0.0, 0.0, 0);
        _touched.Clear();
        foreach (var i in group)
        {
            if (!_kept[i]) { continue; }
            var weight = 1 / Variance(i, extra);
            Add(system, i, weight);
            (total, value, count) = (total + weight, value + (weight * _data[i].Value), count + 1);
            foreach (var term in _data[i].Terms)
            {
                if (!_isTouched[term.Parameter])
                {
                    _isTouched[term.Parameter] = true;
                    _touched.Add(term.Parameter);
                }

                _sums[term.Parameter] += weight * term.Factor;
            }
        }

        foreach (var a in _touched)
        {
            system.AddToRight(a, -_sums[a] * value / total);
            foreach (var b in _touched) { system.AddToMatrix(a, b, -_sums[a] * _sums[b] / total); }
        }

        foreach (var a in _touched) { (_sums[a], _isTouched[a]) = (0, false); }

        return Math.Max(0, count - 1);
    }

    private void Constrain(SymmetricSystem system)
    {
        // As stiff as the data are strong, twice: the sum is 0 to a millionth of an error, and the matrix stays well conditioned.
        var weight = 1e3 * _data.Sum(d => 1 / (d.Error * d.Error));
        foreach (var set in _zeroSums)
        {
            foreach (var a in set)
            {
                foreach (var b in set) { system.AddToMatrix(a, b, weight / set.Length); }
            }
        }
    }

    private MagnitudeSolution Solution(double[] parameters, double[,] covariance, double extra, int freedom)
    {
        var residuals = new double[_data.Count];
        for (var i = 0; i < _data.Count; i++) { residuals[i] = _data[i].Value - _data[i].Terms.Sum(t => t.Factor * parameters[t.Parameter]); }
        var levels = new Dictionary<int, double>();
        foreach (var group in _groups)
        {
            var kept = group.Where(i => _kept[i]).ToArray();
            var total = kept.Sum(i => 1 / Variance(i, extra));
            var level = total > 0 ? kept.Sum(i => residuals[i] / Variance(i, extra)) / total : double.NaN;
            levels[_data[group[0]].Group] = level;
            foreach (var i in group) { residuals[i] = group.Length > 1 ? residuals[i] - level : double.NaN; }
        }

        return new MagnitudeSolution(parameters, covariance, extra, residuals, (bool[])_kept.Clone(), freedom, levels);
    }
}
