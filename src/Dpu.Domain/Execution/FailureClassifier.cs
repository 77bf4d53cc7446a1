using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Execution;

/// <summary>What is made of an attempt's end.</summary>
/// <param name="Cause">Why it did not end normally; null when it did.</param>
/// <param name="Message">One sentence for people; empty for a normal end.</param>
/// <param name="Final">Whether another attempt would end the same way, whatever the cause allows.</param>
/// <param name="Hold">Why the result of a normal end waits for a person; null when it does not.</param>
public sealed record AttemptVerdict(FailureCause? Cause, string Message, bool Final = false, string? Hold = null)
{
    public static AttemptVerdict Normal { get; } = new(null, "");
}

/// <summary>Which cause an attempt's end has, and the sentence for people.</summary>
/// <remarks>
/// What was measured comes first: an end that was asked for, a limit that was passed, the kernel's word. Then what the output says, then what the
/// recipe declares of its exit codes, then the exit itself. An end that was asked for is never taken for anything else.
/// </remarks>
public static class FailureClassifier
{
    /// <summary>A killed process that held this much of what it had asked for is taken to have been killed for it.</summary>
    public const double NearLimit = 0.9;

    /// <summary>
    /// The kernel's own figure of a short life counts what the process shared with its keeper before it ran its program: less than this says nothing.
    /// </summary>
    public const long KernelFigureMin = 64L << 20;

    private const int SignalBase = 128;
    private const int Kill = 9;

    private static readonly Dictionary<int, string> SignalNames = new()
    {
        [1] = "SIGHUP",
        [2] = "SIGINT",
        [3] = "SIGQUIT",
        [4] = "SIGILL",
        [6] = "SIGABRT",
        [7] = "SIGBUS",
        [8] = "SIGFPE",
        [9] = "SIGKILL",
        [11] = "SIGSEGV",
        [13] = "SIGPIPE",
        [14] = "SIGALRM",
        [15] = "SIGTERM",
        [24] = "SIGXCPU",
        [25] = "SIGXFSZ",
    };

    /// <param name="exit">How its process ended.</param>
    /// <param name="start">What it was given and what its recipe says of exit codes and lines.</param>
    /// <param name="findings">What was found in its output.</param>
    public static AttemptVerdict Classify(AttemptExit exit, TaskStart start, ImmutableArray<LogFinding> findings) => exit switch
    {
        { Reason: EndReason.Cancelled } => new(FailureCause.Cancelled, "ended because its job was cancelled"),
        { Reason: EndReason.WallTime } => new(FailureCause.Time, Say($"ran longer than {start.WallTime?.TotalSeconds ?? 0:0.#} s")),
        { Reason: EndReason.Memory } => new(
            FailureCause.Memory, Say($"held more than {Size(start.Resources.MemoryBytes)} of memory (at most {Size(exit.MaxRssBytes)})")),
        { Reason: EndReason.OutOfMemory } => new(
            FailureCause.Memory, Say($"was killed by the kernel, which had run out of memory; it held {Size(exit.MaxRssBytes)}{Asked(start)}")),
        { Reason: EndReason.Evicted } => new(FailureCause.Node, "ended because its node had to leave before it was done"),
        { Reason: EndReason.Fenced } => new(
            FailureCause.Node, "ended by its node, which had not reached a frontend for so long that the task may have been started elsewhere"),
        { ExitCode: 0 } => Normal(start.Patterns, findings),
        _ => Failed(exit, start, findings),
    };

    private static AttemptVerdict Normal(ImmutableArray<LogPattern> patterns, ImmutableArray<LogFinding> findings)
    {
        if (First(patterns, findings, pattern => pattern.Action == FindingAction.Fail) is { } failing)
        {
            return new(failing.Pattern.Cause ?? FailureCause.Recipe, $"ended with exit code 0, but {Quote(failing)}, which counts as a failure");
        }

        return First(patterns, findings, pattern => pattern.Action == FindingAction.Hold) is { } holding
            ? AttemptVerdict.Normal with { Hold = Quote(holding) }
            : AttemptVerdict.Normal;
    }

    private static AttemptVerdict Failed(AttemptExit exit, TaskStart start, ImmutableArray<LogFinding> findings)
    {
        var ended = Describe(exit);
        if (First(start.Patterns, findings, pattern => pattern.Cause is not null) is { } found)
        {
            return new(found.Pattern.Cause, $"{ended}; {Quote(found)}");
        }

        if (start.Exits.FirstOrDefault(rule => rule.Code == exit.ExitCode) is { } rule)
        {
            return new(rule.Cause, $"{ended}, which its recipe declares to mean {Meaning(rule.Cause)}", rule.Final);
        }

        return WasKilled(exit) && IsNearLimit(exit, start.Resources.MemoryBytes)
            ? new(FailureCause.Memory, Say($"{ended}, most likely for want of memory: it held {Size(exit.MaxRssBytes)}{Asked(start)}"))
            : new(FailureCause.Recipe, ended);
    }

    private static bool WasKilled(AttemptExit exit) => exit.Signal == Kill || exit.ExitCode == SignalBase + Kill;

    private static bool IsNearLimit(AttemptExit exit, long asked) =>
        asked > 0
        && exit.MaxRssBytes >= NearLimit * asked
        && (exit.MemorySource != MemorySource.ResourceUsage || exit.MaxRssBytes >= KernelFigureMin);

    private static string Describe(AttemptExit exit) => exit switch
    {
        { Signal: { } signal } => $"was ended by signal {NameOf(signal)}",
        { ExitCode: > SignalBase and { } code } when SignalNames.ContainsKey(code - SignalBase) =>
            Say($"exit code {code} (a shell's way to say that signal {NameOf(code - SignalBase)} ended its command)"),
        _ => Say($"exit code {exit.ExitCode}"),
    };

    /// <summary>The gravest finding of such a pattern; of several the one that is declared first.</summary>
    private static (LogPattern Pattern, LogFinding Finding)? First(
        ImmutableArray<LogPattern> patterns, ImmutableArray<LogFinding> findings, Func<LogPattern, bool> wanted)
    {
        var found = patterns
            .Where(wanted)
            .OrderByDescending(pattern => pattern.Level)
            .Select(pattern => (Pattern: pattern, Finding: findings.FirstOrDefault(finding => finding.Pattern == pattern.Name)))
            .FirstOrDefault(pair => pair.Finding is not null);
        return found.Finding is null ? null : (found.Pattern, found.Finding);
    }

    private static string Quote((LogPattern Pattern, LogFinding Finding) found)
    {
        var more = found.Finding.Count > 1 ? Say($" and {found.Finding.Count - 1} more such line{(found.Finding.Count == 2 ? "" : "s")}") : "";
        return $"it printed '{found.Finding.Line.Trim()}'{more} (pattern '{found.Pattern.Name}')";
    }

    private static string Meaning(FailureCause cause) => cause switch
    {
        FailureCause.Recipe => "a failure of its own",
        FailureCause.Memory => "that it had too little memory",
        FailureCause.Time => "that it had too little time",
        FailureCause.Launch => "that it could not start properly",
        FailureCause.Data => "that its data are wrong or missing",
        FailureCause.Node => "that its node is at fault",
        FailureCause.Cancelled => "that it was asked to end",
        FailureCause.Returned => "that its node gave it back",
        _ => throw new InvalidOperationException($"There is no cause {cause}."),
    };

    private static string Asked(TaskStart start) => start.Resources.MemoryBytes > 0 ? $" and had asked for {Size(start.Resources.MemoryBytes)}" : "";

    private static string Size(long bytes) => ByteSize.Text(bytes);

    private static string NameOf(int signal) => SignalNames.GetValueOrDefault(signal, signal.ToString(CultureInfo.InvariantCulture));

    private static string Say(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
