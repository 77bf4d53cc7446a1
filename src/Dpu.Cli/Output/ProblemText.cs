using Dpu.Client.Contracts;

namespace Dpu.Cli.Output;

/// <summary>A refusal in words: what is wrong, with the nearest thing that would have been right.</summary>
internal static class ProblemText
{
    public static IEnumerable<string> Lines(Problem problem)
    {
        var head = string.IsNullOrEmpty(problem.Detail) ? problem.Title : problem.Detail;
        var items = problem.Errors ?? [];
        if (items is [var only] && (head == only.Message || string.IsNullOrEmpty(problem.Detail)))
        {
            // One thing is wrong: one sentence says it.
            yield return Visible.Text(Item(only));
            yield break;
        }

        // A service that has no more to say than its items joins them into one line, where nobody can tell them apart.
        var saysNoMore = items.Count > 1 && items.All(item => head.Contains(item.Message, StringComparison.Ordinal));
        yield return saysNoMore ? $"{items.Count} things are wrong:" : Visible.Text(head);
        foreach (var item in items)
        {
            yield return "  - " + Visible.Text(Item(item));
        }
    }

    public static string Item(ProblemItem item)
    {
        var about = item.Option is { Length: > 0 } option && !item.Message.Contains(option, StringComparison.Ordinal) ? $"{option}: " : "";
        var hint = item.Suggestion is { Length: > 0 } suggestion && !item.Message.Contains("did you mean", StringComparison.OrdinalIgnoreCase)
            ? $" Did you mean '{suggestion}'?"
            : "";
        return about + item.Message + hint;
    }
}
