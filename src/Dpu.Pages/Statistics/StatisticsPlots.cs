using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Pages.Parts;
using Dpu.Pages.Parts.Plots;

namespace Dpu.Pages.Statistics;

/// <summary>A report as plots.</summary>
internal static class StatisticsPlots
{
    public static Plot Tasks(StatisticsReport report) => new(
        $"Attempts at tasks that ended, by {report.Bucket}",
        [new PlotSeries("normal", "normal"), new PlotSeries("failed", "error"), new PlotSeries("lost with their node", "unknown")],
        Bars(report, static bucket => [bucket.Normal, bucket.Failed, bucket.Lost]));

    public static Plot Jobs(StatisticsReport report) => new(
        $"Jobs that ended, by {report.Bucket}",
        [new PlotSeries("finished", "normal"), new PlotSeries("failed", "error"), new PlotSeries("cancelled", "aborted")],
        Bars(report, static bucket => [bucket.JobsFinished, bucket.JobsFailed, bucket.JobsCancelled]));

    public static Plot Waits(StatisticsReport report) => new(
        $"Mean time from submission to the first task, by {report.Bucket} of the start",
        [new PlotSeries("mean wait", "running")],
        Bars(report, static bucket => [bucket.MeanWaitSeconds ?? 0]))
    {
        IsTime = true,
        Text = static seconds => Durations.Text(TimeSpan.FromSeconds(seconds)),
    };

    public static Plot Cpus(StatisticsReport report) => new(
        $"Tasks that ran at the same time, on average, by {report.Bucket} of their end",
        [new PlotSeries("tasks", "running")],
        Bars(report, bucket => [bucket.WallSeconds / SecondsOf(report.Bucket)]))
    {
        Text = static tasks => tasks.ToString("0.##", CultureInfo.InvariantCulture),
    };

    /// <summary>How long jobs waited, in words.</summary>
    public static string WordsOf(WaitClass wait) => wait.UpToSeconds switch
    {
        null => "longer",
        < 60 and { } seconds => string.Create(CultureInfo.InvariantCulture, $"up to {seconds} s"),
        < 3600 and { } seconds => string.Create(CultureInfo.InvariantCulture, $"up to {seconds / 60:0.#} min"),
        < 86_400 and { } seconds => string.Create(CultureInfo.InvariantCulture, $"up to {seconds / 3600:0.#} h"),
        { } seconds => string.Create(CultureInfo.InvariantCulture, $"up to {seconds / 86_400:0.#} d"),
    };

    /// <summary>Why attempts did not end normally, in words.</summary>
    public static string WordsOf(string cause) => cause switch
    {
        "recipe" => "the recipe said no: a non-zero exit code, or a signal of its own",
        "memory" => "more memory than it may have",
        "time" => "longer than it may run",
        "launch" => "its process could not be started",
        "node" => "its node was lost",
        "cancelled" => "it was asked to end",
        "data" => "inputs could not be brought, or outputs were missing or could not be saved",
        "returned" => "its node gave it back before it began; it ran elsewhere",
        _ => cause,
    };

    private static IReadOnlyList<PlotBar> Bars(StatisticsReport report, Func<WorkBucket, IReadOnlyList<double>> values) =>
        [.. report.Buckets.Select(bucket => new PlotBar(LabelOf(report.Bucket, bucket.Begin), NameOf(report.Bucket, bucket.Begin), values(bucket)))];

    private static string LabelOf(string bucket, DateTimeOffset begin) =>
        begin.UtcDateTime.ToString(bucket == "hour" ? begin.Hour == 0 ? "d MMM" : "HH:mm" : "d MMM", CultureInfo.InvariantCulture);

    private static string NameOf(string bucket, DateTimeOffset begin) => bucket switch
    {
        "hour" => begin.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
        "day" => begin.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => begin.UtcDateTime.ToString("'week of' yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    private static double SecondsOf(string bucket) => (bucket switch
    {
        "hour" => TimeSpan.FromHours(1),
        "day" => TimeSpan.FromDays(1),
        _ => TimeSpan.FromDays(7),
    }).TotalSeconds;
}
