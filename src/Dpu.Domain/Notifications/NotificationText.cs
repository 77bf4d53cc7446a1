using System.Globalization;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Notifications;

/// <summary>What people are told.</summary>
public static class NotificationText
{
    /// <summary>One line without control characters, whatever the job is called.</summary>
    public static string Subject(string dpu, EndedJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return OneLine($"[{dpu}] Job {job.Job} {StatusOf(job.Status)}: {job.Sequence}");
    }

    /// <param name="dpu">The DPU's name.</param>
    /// <param name="job">What ended.</param>
    /// <param name="page">Where the job is shown; null when nobody knows.</param>
    public static string Body(string dpu, EndedJob job, Uri? page)
    {
        ArgumentNullException.ThrowIfNull(job);
        var ran = job.StartedAt is { } started ? Duration(job.EndedAt - started) : "it never started";
        return $"""
            Jobid {job.Job} has status {StatusOf(job.Status)} N/E/A/S/U {job.Counts}

            sequence      {OneLine(job.Sequence)}
            submitted     {Time(job.SubmittedAt)}
            ended         {Time(job.EndedAt)}
            running time  {ran}
            {(page is null ? "" : $"\n{page}\n")}
            {(job.Status == JobStatus.Finished ? $"'dpu results {job.Job}' lists what it made." : $"'dpu explain {job.Job}' tells why, 'dpu retry {job.Job}' runs again what did not end normally.")}

            You are told because you asked the DPU {dpu} for it: 'dpu notify' changes that.
            """.ReplaceLineEndings("\n") + "\n";
    }

    public static string StatusOf(JobStatus status) => status.ToString().ToUpperInvariant();

    private static string OneLine(string text) => string.Concat(text.Select(static c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}");
}
