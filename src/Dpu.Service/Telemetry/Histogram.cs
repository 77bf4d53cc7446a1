using System.Collections.Immutable;
using System.Globalization;

namespace Dpu.Service.Telemetry;

/// <summary>Counts durations by their size, from any thread; a reading may be a few behind another.</summary>
/// <param name="metric">What it is called.</param>
/// <param name="bounds">Upper bounds of its buckets in seconds, rising.</param>
internal sealed class Histogram(Metric metric, ImmutableArray<double> bounds)
{
    private readonly ImmutableArray<long> _ticks = [.. bounds.Select(static bound => (long)(bound * TimeSpan.TicksPerSecond))];
    private readonly long[] _counts = new long[bounds.Length + 1];
    private long _sumTicks;

    public void Observe(TimeSpan time)
    {
        var bucket = 0;
        while (bucket < _ticks.Length && time.Ticks > _ticks[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref _counts[bucket]);
        Interlocked.Add(ref _sumTicks, time.Ticks);
    }

    /// <summary>Each bucket counts those of the smaller ones, too.</summary>
    public MetricFamily Read()
    {
        var samples = ImmutableArray.CreateBuilder<Sample>(bounds.Length + 3);
        long sofar = 0;
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            sofar += Interlocked.Read(ref _counts[bucket]);
            var bound = bucket < bounds.Length ? bounds[bucket].ToString("R", CultureInfo.InvariantCulture) : "+Inf";
            samples.Add(Sample.Of(sofar, ("le", bound)) with { Suffix = "_bucket" });
        }

        samples.Add(Sample.Of(Interlocked.Read(ref _sumTicks) / (double)TimeSpan.TicksPerSecond) with { Suffix = "_sum" });
        samples.Add(Sample.Of(sofar) with { Suffix = "_count" });
        return new MetricFamily(metric, samples.MoveToImmutable());
    }
}
