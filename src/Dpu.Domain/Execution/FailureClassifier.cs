using System.Globalization;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Execution;

/// <summary>Which cause an attempt's end has, and the sentence for people.</summary>
public static class FailureClassifier
{
    private const int SignalBase = 128;

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

    /// <summary>The cause, or null for a normal end.</summary>
    public static (FailureCause? Cause, string Message) Classify(AttemptExit exit, AttemptLimits limits) => exit switch
    {
        { Reason: EndReason.Cancelled } => (FailureCause.Cancelled, "ended because its job was cancelled"),
        { Reason: EndReason.WallTime } => (FailureCause.Time, Say($"ran longer than {limits.WallTime?.TotalSeconds ?? 0:0.#} s")),
        { Reason: EndReason.Memory } => (FailureCause.Memory, Say($"held more than {(limits.MemoryBytes ?? 0) / 1048576.0:0.#} MiB of memory (at most {exit.MaxRssBytes / 1048576.0:0.#} MiB)")),
        { ExitCode: 0 } => (null, ""),
        { Signal: { } signal } => (FailureCause.Recipe, $"was ended by signal {NameOf(signal)}"),
        { ExitCode: > SignalBase and { } code } when SignalNames.ContainsKey(code - SignalBase) =>
            (FailureCause.Recipe, Say($"exit code {code} (a shell's way to say that signal {NameOf(code - SignalBase)} ended its command)")),
        _ => (FailureCause.Recipe, Say($"exit code {exit.ExitCode}")),
    };

    private static string NameOf(int signal) => SignalNames.GetValueOrDefault(signal, signal.ToString(CultureInfo.InvariantCulture));

    private static string Say(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
