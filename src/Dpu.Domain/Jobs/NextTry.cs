using System.Globalization;

namespace Dpu.Domain.Jobs;

/// <summary>Whether a task whose attempt failed is tried again, with what, and the words that tell it.</summary>
/// <param name="Retry">Whether it is.</param>
/// <param name="MemoryBytes">Memory of the next attempt when it differs from this one's.</param>
/// <param name="Elsewhere">Whether the next attempt should run on another node.</param>
/// <param name="Words">What happens next, to follow the sentence about the failure; empty when nothing is to be said.</param>
internal sealed record NextTry(bool Retry, long? MemoryBytes, bool Elsewhere, string Words)
{
    private static readonly NextTry None = new(Retry: false, MemoryBytes: null, Elsewhere: false, Words: "");

    /// <summary>What follows on <paramref name="report"/> of the current attempt, in a job that goes on.</summary>
    public static NextTry Of(JobState state, AttemptReport report, FailureCause cause)
    {
        var rules = state.RulesOf(report.Attempt.Task).Retry;
        return cause switch
        {
            FailureCause.Cancelled => None,
            FailureCause.Returned => None with { Retry = true },
            FailureCause.Node => AfterLoss(state, report, rules),
            _ when report.Final => None with { Words = "another attempt would end the same way" },
            _ => AfterFailure(state, report, cause, rules),
        };
    }

    private static NextTry AfterLoss(JobState state, AttemptReport report, RetryRules rules) =>
        state.Cells[report.Attempt.Task].Losses + 1 < rules.NodeLosses ? None with { Retry = true } : None;

    private static NextTry AfterFailure(JobState state, AttemptReport report, FailureCause cause, RetryRules rules)
    {
        var failures = state.TroublesOf(report.Attempt.Task).Count(cause) + 1;
        var most = rules.AttemptsFor(cause);
        if (failures >= most)
        {
            return most == 1 ? None : None with { Words = Say($"not tried again: {failures} attempts ended with cause {Word(cause)}") };
        }

        var count = Say($"(attempt {report.Attempt.Number + 1} of {report.Attempt.Number + most - failures})");
        return cause switch
        {
            FailureCause.Memory => WithMoreMemory(state.ResourcesOf(report.Attempt.Task).MemoryBytes, report.Exit?.MaxRssBytes ?? 0, rules, count),
            FailureCause.Launch or FailureCause.Data => new NextTry(Retry: true, MemoryBytes: null, Elsewhere: true, $"tried again, on another node if there is one {count}"),
            _ => None with { Retry = true, Words = $"tried again {count}" },
        };
    }

    private static NextTry WithMoreMemory(long had, long held, RetryRules rules, string count)
    {
        if (had == 0)
        {
            return None with { Words = "it asked for no memory, so there is none to raise" };
        }

        if (rules.MemoryFactor == 1)
        {
            return None with { Retry = true, Words = $"tried again {count}" };
        }

        var next = Raised(had, held, rules.MemoryFactor, rules.MemoryBytesMax ?? long.MaxValue / 2);
        return next > had
            ? None with { Retry = true, MemoryBytes = next, Words = $"tried again with {ByteSize.Text(next)} {count}" }
            : None with { Words = $"no attempt is given more than {ByteSize.Text(rules.MemoryBytesMax ?? had)}" };
    }

    /// <summary>More than what was asked and more than what was seen: an attempt with less would be known to fail.</summary>
    private static long Raised(long had, long held, double factor, long max)
    {
        var raised = Math.Ceiling(had * factor);
        return (long)Math.Min(raised > held ? raised : Math.Ceiling(held * factor), max);
    }

    private static string Word(FailureCause cause) => cause.ToString().ToLowerInvariant();

    private static string Say(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
