using System.Globalization;

namespace Dpu.Pages.Parts.Plots;

/// <summary>Figures over time, or over things, to be drawn as bars that stand on each other.</summary>
/// <param name="Title">What they are, with their unit.</param>
/// <param name="Series">Name, and the word of <c>dpu.css</c> that colours it: <c>normal</c>, <c>error</c>, …; from the foot upwards.</param>
/// <param name="Bars">In order.</param>
public sealed record Plot(string Title, IReadOnlyList<PlotSeries> Series, IReadOnlyList<PlotBar> Bars)
{
    /// <summary>Whether there is anything to see.</summary>
    public bool IsEmpty => Bars.All(bar => bar.Values.All(value => value is 0));

    /// <summary>Whether the figures are seconds: then the marks of the axis are round minutes, hours and days.</summary>
    public bool IsTime { get; init; }

    /// <summary>How a figure is written: a whole one as it is, another to three figures.</summary>
    public Func<double, string> Text { get; init; } = static value =>
        value == Math.Round(value) || value >= 1000 ? Sizes.Number((long)Math.Round(value)) : value.ToString("G3", CultureInfo.InvariantCulture);

    /// <summary>How a mark of the axis is written, where there is little room.</summary>
    public string Mark(double value) => !IsTime ? Text(value) : value switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{value:0.##} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{value / 60:0.##} min"),
        < 86_400 => string.Create(CultureInfo.InvariantCulture, $"{value / 3600:0.##} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value / 86_400:0.##} d"),
    };
}

/// <summary>One of the figures that each bar has.</summary>
public sealed record PlotSeries(string Name, string Kind);

/// <summary>A bar: its short name for the axis, its whole name, and a figure for each series.</summary>
public sealed record PlotBar(string Label, string Name, IReadOnlyList<double> Values);
