using System.Globalization;
using System.Text;
using Dpu.Client.Contracts;

namespace Dpu.Pages.Jobs;

/// <summary>One attempt in a picture.</summary>
/// <param name="Attempt">Which.</param>
/// <param name="X">Its left end, in thousandths of the picture's width.</param>
/// <param name="Width">Its width; never so small that it is not seen.</param>
/// <param name="Lane">Its lane on its node, from 0: attempts that overlap have different ones.</param>
public sealed record TimelineBar(TimelineAttempt Attempt, double X, double Width, int Lane);

/// <summary>One node in a picture.</summary>
/// <param name="Name">Its name; null for all others together.</param>
/// <param name="Bars">Its attempts one by one; empty where there are too many.</param>
/// <param name="Lanes">How many lanes they take.</param>
/// <param name="Area">Instead: how many ran at once, as a path in a box of 1000 by 1; empty where there are bars.</param>
/// <param name="Most">The height of the box in attempts.</param>
/// <param name="Failed">Where attempts ended badly, in thousandths of the width, and how many.</param>
public sealed record TimelineRow(string? Name, IReadOnlyList<TimelineBar> Bars, int Lanes, string Area, double Most, IReadOnlyList<(double X, int Count)> Failed);

/// <summary>How a timeline is drawn: attempt by attempt where they are few, as areas where they are many. Pure.</summary>
public static class TimelineLayout
{
    private const double Across = 1000;
    private const double WidthMin = 2.5;
    private const int LanesMax = 40;

    public static IReadOnlyList<TimelineRow> Of(JobTimeline timeline, DateTimeOffset from, DateTimeOffset to)
    {
        ArgumentNullException.ThrowIfNull(timeline);
        var span = Math.Max((to - from).TotalSeconds, 1e-6);
        var bars = (timeline.Attempts ?? []).GroupBy(attempt => attempt.Node, StringComparer.Ordinal)
            .OrderBy(node => node.Key, StringComparer.Ordinal)
            .Select(node => Bars(node.Key, node, at => Across * (at - from).TotalSeconds / span, to))
            .ToList();
        var most = timeline.Nodes.SelectMany(node => node.Running).DefaultIfEmpty(0).Max();
        return bars.Count > 0 && bars.Sum(row => row.Lanes) <= LanesMax ? bars : [.. timeline.Nodes.Select(node => Areas(node, Math.Max(most, 1)))];
    }

    private static TimelineRow Bars(string name, IEnumerable<TimelineAttempt> attempts, Func<DateTimeOffset, double> place, DateTimeOffset to)
    {
        var (lanes, bars) = (new List<double>(), new List<TimelineBar>());
        foreach (var attempt in attempts.OrderBy(attempt => attempt.Started).ThenBy(attempt => attempt.Task))
        {
            var x = Math.Clamp(place(attempt.Started), 0, Across - WidthMin);
            var width = Math.Max(WidthMin, place(attempt.Ended ?? to) - x);
            var lane = lanes.FindIndex(end => end <= x);
            if (lane < 0)
            {
                lane = lanes.Count;
                lanes.Add(0);
            }

            lanes[lane] = x + width;
            bars.Add(new TimelineBar(attempt, x, width, lane));
        }

        return new TimelineRow(name, bars, lanes.Count, "", 0, []);
    }

    /// <summary>Steps as wide as the pieces: nothing is drawn that was not measured.</summary>
    private static TimelineRow Areas(TimelineNode node, double most)
    {
        var wide = Across / Math.Max(1, node.Running.Count);
        var path = new StringBuilder("M0 1");
        for (var piece = 0; piece < node.Running.Count; piece++)
        {
            var height = 1 - (node.Running[piece] / most);
            path.Append(CultureInfo.InvariantCulture, $"V{height:0.####}H{(piece + 1) * wide:0.##}");
        }

        var failed = node.Failed.Select((count, piece) => (X: (piece + 0.5) * wide, Count: count)).Where(mark => mark.Count > 0);
        return new TimelineRow(node.Node, [], 0, path.Append("V1Z").ToString(), most, [.. failed]);
    }
}
