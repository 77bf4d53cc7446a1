using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Pages.Parts;

namespace Dpu.Pages.Jobs;

/// <summary>How much somebody has to care.</summary>
public enum Tone
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>It goes on.</summary>
    Calm,

    /// <summary>It waits for something, or somebody.</summary>
    Waits,

    /// <summary>It went wrong.</summary>
    Bad,
}

/// <summary>The one sentence on a job that is read first.</summary>
/// <param name="Tone">How much to care.</param>
/// <param name="Sentence">What is the matter.</param>
public sealed record Verdict(Tone Tone, string Sentence)
{
    /// <summary>The class that shows it.</summary>
    public string Class => Tone.ToString().ToLowerInvariant();

    public static Verdict Of(JobDetail job, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(job);
        var (counts, all) = (job.Counts, job.Counts.Total);
        var bad = counts.E + counts.U;
        return job.Status switch
        {
            "FINISHED" => new Verdict(Tone.Good, $"Finished. {(all == 1 ? "Its task" : $"All {Numbers.Text(all)} tasks")} ended normally{Took(job)}."),
            "FAILED" => new Verdict(Tone.Bad, $"Failed. {Numbers.Text(counts.E)} of {Numbers.Of(all, "task")} failed{(counts.A > 0 ? $" and {Numbers.Text(counts.A)} never ran" : "")}{Took(job)}."),
            "CANCELLED" => new Verdict(Tone.Waits, $"Cancelled{(job.CancelledBy is null ? "" : $" by {job.CancelledBy}")}. {Numbers.Text(counts.N)} of {Numbers.Of(all, "task")} had ended normally."),
            "HELD" => new Verdict(Tone.Waits, job.HeldBy is { } by ? $"Held by {by}{(job.HeldBecause is null ? "" : $": {job.HeldBecause.TrimEnd('.')}")}. Nothing more of it starts until somebody releases it." : "It waits for a person's word on its results."),
            "QUEUED" => new Verdict(Tone.Waits, $"It has not started, and has waited for {Durations.Text(now - job.Submitted)}."),
            _ when bad > 0 => new Verdict(Tone.Bad, $"It runs, but {Numbers.Of(bad, "task")} {(counts.U > 0 && counts.E == 0 ? "were lost with their node" : "failed")}. {Progress(job)}"),
            _ => new Verdict(Tone.Calm, $"It runs. {Progress(job)}"),
        };
    }

    private static string Progress(JobDetail job)
    {
        var (over, all) = (job.Counts.N + job.Counts.E + job.Counts.A, job.Counts.Total);
        return string.Create(CultureInfo.InvariantCulture, $"{over:N0} of {Numbers.Of(all, "task")} {(over == 1 ? "has" : "have")} ended{(all > 0 && over > 0 ? $" ({Math.Floor(100.0 * over / all):0} %)" : "")}.");
    }

    private static string Took(JobDetail job) => job is { Started: { } started, Ended: { } ended } ? $" after {Durations.Text(ended - started)}" : "";
}

/// <summary>How a reason is shown: what it is about, and where to look next.</summary>
public static class ReasonWords
{
    /// <summary>How much to care.</summary>
    public static Tone ToneOf(string code) => code switch
    {
        "failed" or "lost" or "aborted" => Tone.Bad,
        "running" or "given-ahead" or "staging-in" or "saving" or "took" or "slowest" => Tone.Calm,
        _ => Tone.Waits,
    };

    /// <summary>In a word or two.</summary>
    public static string TitleOf(string code) => code switch
    {
        "failed" => "Failed",
        "lost" => "Node lost",
        "aborted" => "Never ran",
        "held" or "result-held" => "Held",
        "waits-for-job" or "waits-for-tasks" => "Waits for others",
        "cancelled" => "Cancelled",
        "retried" => "Tried again",
        "slow" or "slower-than-estimated" => "Slow",
        "running" => "Runs",
        "given-ahead" => "Given ahead",
        "staging-in" => "Fetches its files",
        "saving" => "Saves its results",
        "took" => "Took",
        "slowest" => "Slowest",
        _ => "Waits",
    };

    /// <summary>The tasks that it is about, as a query of the page of tasks; null for none in particular.</summary>
    public static string? TasksOf(string code) => code switch
    {
        "failed" => "state=Error",
        "lost" => "state=Unknown",
        "aborted" => "state=Aborted",
        "result-held" => "state=Held",
        "running" or "slow" or "given-ahead" or "staging-in" or "saving" => "state=Running",
        _ => null,
    };
}
