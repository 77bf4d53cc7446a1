namespace Dpu.Calibration.Calibration;

/// <summary>
/// A straight line <c>value = intercept + slope · time</c> by weighted least squares, weights being inverse variances, and where it meets zero: the time that
/// a shutter adds to each exposure is <c>intercept / slope</c>.
/// </summary>
/// <param name="Intercept">At time 0.</param>
/// <param name="Slope">Per unit of time.</param>
/// <param name="InterceptVariance">From the weights, as are the others.</param>
/// <param name="SlopeVariance">Variance of the slope.</param>
/// <param name="Covariance">Of both.</param>
internal readonly record struct LineFit(double Intercept, double Slope, double InterceptVariance, double SlopeVariance, double Covariance)
{
    /// <summary>How much earlier than time 0 the line is zero.</summary>
    public double Delay => Intercept / Slope;

    /// <summary>Standard error of <see cref="Delay"/>.</summary>
    public double DelayError => Math.Sqrt(InterceptVariance + (Delay * Delay * SlopeVariance) - (2 * Delay * Covariance)) / Math.Abs(Slope);

    public double At(double time) => Intercept + (Slope * time);

    public static LineFit Of(ReadOnlySpan<double> times, ReadOnlySpan<double> values, ReadOnlySpan<double> variances)
    {
        var (s, st, stt, sv, stv) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (var i = 0; i < times.Length; i++)
        {
            var weight = 1 / variances[i];
            s += weight;
            st += weight * times[i];
            stt += weight * times[i] * times[i];
            sv += weight * values[i];
            stv += weight * times[i] * values[i];
        }
        var determinant = (s * stt) - (st * st);
        return new LineFit(((stt * sv) - (st * stv)) / determinant, ((s * stv) - (st * sv)) / determinant, stt / determinant, s / determinant, -st / determinant);
    }
}
