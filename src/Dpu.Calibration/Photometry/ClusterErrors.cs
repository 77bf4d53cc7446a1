namespace Dpu.Calibration.Photometry;

/// <summary>
/// The error of a fitted parameter as the clusters of its data show it, such as the exposures of a night: what all stars of an exposure share, a
/// veil of cloud, is in none of their own errors. Each cluster's pull on the parameter is taken as one datum (Liang and Zeger 1986,
/// Biometrika 73, 13), with the correction C / (C − 2) for few clusters.
/// </summary>
internal static class ClusterErrors
{
    private const int ClustersMin = 4;

    /// <summary>One sigma of a parameter; null with fewer than four clusters, whose scatter says nothing yet.</summary>
    public static double? Of(IReadOnlyList<MagnitudeDatum> data, MagnitudeSolution solution, int parameter)
    {
        var pulls = new Dictionary<int, double>();
        foreach (var group in Enumerable.Range(0, data.Count).Where(i => solution.IsKept[i] && double.IsFinite(solution.Residuals[i])).GroupBy(i => data[i].Group))
        {
            var mean = data[group.First()].Group >= 0 ? Mean(data, group, solution.Extra) : [];
            foreach (var i in group)
            {
                var factors = mean.ToDictionary(m => m.Key, m => -m.Value);
                foreach (var term in data[i].Terms) { factors[term.Parameter] = factors.GetValueOrDefault(term.Parameter) + term.Factor; }
                var pull = factors.Sum(f => solution.Covariance[parameter, f.Key] * f.Value) * solution.Residuals[i] / Variance(data[i], solution.Extra);
                pulls[data[i].Cluster] = pulls.GetValueOrDefault(data[i].Cluster) + pull;
            }
        }

        // Clusters below 0 stand for one datum each, such as a standard star's own magnitude: they pull, but say nothing of exposures.
        var clusters = pulls.Keys.Count(k => k >= 0);
        return clusters < ClustersMin ? null : Math.Sqrt(pulls.Values.Sum(p => p * p) * clusters / (clusters - 2));
    }

    private static Dictionary<int, double> Mean(IReadOnlyList<MagnitudeDatum> data, IEnumerable<int> group, double extra)
    {
        var (mean, total) = (new Dictionary<int, double>(), 0.0);
        foreach (var i in group)
        {
            var weight = 1 / Variance(data[i], extra);
            total += weight;
            foreach (var term in data[i].Terms) { mean[term.Parameter] = mean.GetValueOrDefault(term.Parameter) + (weight * term.Factor); }
        }

        return mean.ToDictionary(m => m.Key, m => m.Value / total);
    }

    private static double Variance(MagnitudeDatum datum, double extra) => (datum.Error * datum.Error) + (extra * extra);
}
