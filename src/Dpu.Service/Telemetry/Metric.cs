using System.Collections.Immutable;

namespace Dpu.Service.Telemetry;

internal enum MetricKind
{
    /// <summary>What only grows.</summary>
    Counter,

    /// <summary>What goes up and down.</summary>
    Gauge,

    /// <summary>How often something took how long.</summary>
    Histogram,
}

/// <summary>One kind of figure. Dashboards and alert rules of operators rely on its name and its labels.</summary>
/// <param name="Name">As Prometheus spells it, with its unit last.</param>
/// <param name="Kind">How it behaves.</param>
/// <param name="Help">What it tells, in a sentence.</param>
internal sealed record Metric(string Name, MetricKind Kind, string Help);

/// <summary>One figure at one moment.</summary>
/// <param name="Labels">Name and value of each label.</param>
/// <param name="Value">The figure.</param>
internal sealed record Sample(ImmutableArray<(string Name, string Value)> Labels, double Value)
{
    /// <summary>What stands behind the metric's name: a part of a histogram.</summary>
    public string Suffix { get; init; } = "";

    public static Sample Of(double value) => new([], value);

    public static Sample Of(double value, params ReadOnlySpan<(string Name, string Value)> labels) => new([.. labels], value);
}

/// <summary>All figures of one kind at one moment.</summary>
internal sealed record MetricFamily(Metric Metric, ImmutableArray<Sample> Samples);
