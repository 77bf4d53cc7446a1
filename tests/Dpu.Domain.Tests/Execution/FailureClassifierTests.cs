using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Tests.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Execution;

public sealed class FailureClassifierTests
{
    private const long Mebibyte = 1 << 20;

    private static readonly TaskStart Start = new(
        new AttemptId(Given.Id, 0, 1), "run", new Resources(1, 64 * Mebibyte), TimeSpan.FromSeconds(90.5), ["run"], TaskWork.Plain)
    {
        Exits = [new ExitRule(2, FailureCause.Recipe, Final: true), new ExitRule(65, FailureCause.Data, Final: false), new ExitRule(137, FailureCause.Time, Final: false)],
        Patterns =
        [
            Pattern("note", FindingLevel.Info, FindingAction.Record, null),
            Pattern("slow", FindingLevel.Warning, FindingAction.Record, FailureCause.Time),
            Pattern("oom", FindingLevel.Error, FindingAction.Record, FailureCause.Memory),
            Pattern("seeing", FindingLevel.Warning, FindingAction.Hold, null),
            Pattern("bad", FindingLevel.Warning, FindingAction.Fail, null),
            Pattern("no-data", FindingLevel.Error, FindingAction.Fail, FailureCause.Data),
        ],
    };

    [Theory]
    [InlineData(EndReason.Exited, 0, null, null, "")]
    [InlineData(EndReason.Exited, 1, null, FailureCause.Recipe, "exit code 1")]
    [InlineData(EndReason.Exited, 128, null, FailureCause.Recipe, "exit code 128")]
    [InlineData(EndReason.Exited, 143, null, FailureCause.Recipe, "exit code 143 (a shell's way to say that signal SIGTERM ended its command)")]
    [InlineData(EndReason.Exited, 255, null, FailureCause.Recipe, "exit code 255")]
    [InlineData(EndReason.Exited, null, 11, FailureCause.Recipe, "was ended by signal SIGSEGV")]
    [InlineData(EndReason.Exited, null, 42, FailureCause.Recipe, "was ended by signal 42")]
    [InlineData(EndReason.WallTime, null, 15, FailureCause.Time, "ran longer than 90.5 s")]
    [InlineData(EndReason.WallTime, 0, null, FailureCause.Time, "ran longer than 90.5 s")]
    [InlineData(EndReason.Memory, null, 9, FailureCause.Memory, "held more than 64 MiB of memory (at most 20 MiB)")]
    [InlineData(EndReason.OutOfMemory, null, 9, FailureCause.Memory, "was killed by the kernel, which had run out of memory; it held 20 MiB and had asked for 64 MiB")]
    [InlineData(EndReason.Evicted, null, 15, FailureCause.Node, "ended because its node had to leave before it was done")]
    [InlineData(EndReason.Evicted, 143, null, FailureCause.Node, "ended because its node had to leave before it was done")]
    [InlineData(EndReason.Fenced, null, 9, FailureCause.Node, "ended by its node, which had not reached a frontend for so long that the task may have been started elsewhere")]
    [InlineData(EndReason.Fenced, 0, null, FailureCause.Node, "ended by its node, which had not reached a frontend for so long that the task may have been started elsewhere")]
    [InlineData(EndReason.Cancelled, 0, null, FailureCause.Cancelled, "ended because its job was cancelled")]
    [InlineData(EndReason.Cancelled, null, 15, FailureCause.Cancelled, "ended because its job was cancelled")]
    public void Each_end_has_its_cause_and_its_sentence(EndReason reason, int? code, int? signal, FailureCause? cause, string message) =>
        Classify(Exit(code, signal, reason)).ShouldBe(new AttemptVerdict(cause, message));

    [Theory]
    [InlineData(2, FailureCause.Recipe, true, "exit code 2, which its recipe declares to mean a failure of its own")]
    [InlineData(65, FailureCause.Data, false, "exit code 65, which its recipe declares to mean that its data are wrong or missing")]
    [InlineData(66, FailureCause.Recipe, false, "exit code 66")]
    public void An_exit_code_means_what_its_recipe_says(int code, FailureCause cause, bool final, string message) =>
        Classify(Exit(code)).ShouldBe(new AttemptVerdict(cause, message, final));

    [Theory]
    [InlineData(null, 9, 58, MemorySource.Sampled, FailureCause.Memory)]
    [InlineData(null, 9, 57, MemorySource.Sampled, FailureCause.Recipe)]
    [InlineData(null, 15, 63, MemorySource.Sampled, FailureCause.Recipe)]
    [InlineData(null, 9, 63, MemorySource.ResourceUsage, FailureCause.Recipe)]
    [InlineData(null, 9, 64, MemorySource.ResourceUsage, FailureCause.Memory)]
    [InlineData(null, 9, 58, MemorySource.ControlGroup, FailureCause.Memory)]
    public void A_kill_near_the_limit_was_for_want_of_memory(int? code, int? signal, long mebibytes, MemorySource source, FailureCause cause) =>
        Classify(Exit(code, signal) with { MaxRssBytes = mebibytes * Mebibyte, MemorySource = source }).Cause.ShouldBe(cause);

    [Fact]
    public void So_was_one_that_a_shell_tells_of_unless_its_recipe_says_otherwise()
    {
        var killed = Exit(137) with { MaxRssBytes = 63 * Mebibyte, MemorySource = MemorySource.Sampled };

        FailureClassifier.Classify(killed, Start with { Exits = [] }, []).ShouldBe(new AttemptVerdict(
            FailureCause.Memory,
            "exit code 137 (a shell's way to say that signal SIGKILL ended its command), most likely for want of memory: it held 63 MiB and had asked for 64 MiB"));
        Classify(killed).Cause.ShouldBe(FailureCause.Time);
    }

    [Fact]
    public void Without_a_request_no_kill_is_near_a_limit() =>
        FailureClassifier.Classify(Exit(null, 9) with { MaxRssBytes = 1L << 40, MemorySource = MemorySource.Sampled }, Start with { Resources = new Resources(1, 0) }, [])
            .ShouldBe(new AttemptVerdict(FailureCause.Recipe, "was ended by signal SIGKILL"));

    [Fact]
    public void A_line_gives_its_cause_to_what_failed_before_any_exit_code_does()
    {
        Classify(Exit(2), Found("oom", "MemoryError: 'x'", 3)).ShouldBe(
            new AttemptVerdict(FailureCause.Memory, "exit code 2; it printed 'MemoryError: 'x'' and 2 more such lines (pattern 'oom')"));
        Classify(Exit(1), Found("slow", "slow", 2)).Message.ShouldBe("exit code 1; it printed 'slow' and 1 more such line (pattern 'slow')");
        Classify(Exit(1), Found("slow"), Found("oom")).Cause.ShouldBe(FailureCause.Memory, "the gravest counts");
        Classify(Exit(1), Found("note"), Found("bad")).ShouldBe(new AttemptVerdict(FailureCause.Recipe, "exit code 1"));
    }

    [Theory]
    [InlineData(EndReason.Cancelled, FailureCause.Cancelled)]
    [InlineData(EndReason.WallTime, FailureCause.Time)]
    [InlineData(EndReason.Memory, FailureCause.Memory)]
    [InlineData(EndReason.OutOfMemory, FailureCause.Memory)]
    [InlineData(EndReason.Fenced, FailureCause.Node)]
    [InlineData(EndReason.Evicted, FailureCause.Node)]
    public void What_was_measured_stands_whatever_was_printed(EndReason reason, FailureCause cause) =>
        Classify(Exit(null, 9, reason), Found("no-data"), Found("seeing")).Cause.ShouldBe(cause);

    [Fact]
    public void A_line_fails_or_holds_what_ended_normally()
    {
        Classify(Exit(0), Found("bad", "cannot open 'a, b'")).ShouldBe(
            new AttemptVerdict(FailureCause.Recipe, "ended with exit code 0, but it printed 'cannot open 'a, b'' (pattern 'bad'), which counts as a failure"));
        Classify(Exit(0), Found("bad"), Found("no-data")).Cause.ShouldBe(FailureCause.Data, "the gravest counts");
        Classify(Exit(0), Found("seeing", "seeing > 3")).ShouldBe(new AttemptVerdict(null, "", Hold: "it printed 'seeing > 3' (pattern 'seeing')"));
        Classify(Exit(0), Found("seeing"), Found("bad")).ShouldSatisfyAllConditions(
            verdict => verdict.Cause.ShouldBe(FailureCause.Recipe),
            verdict => verdict.Hold.ShouldBeNull("what failed is not held"));
        Classify(Exit(0), Found("note"), Found("slow"), Found("oom")).ShouldBe(AttemptVerdict.Normal);
    }

    private static AttemptVerdict Classify(AttemptExit exit, params ImmutableArray<LogFinding> findings) => FailureClassifier.Classify(exit, Start, findings);

    private static AttemptExit Exit(int? code, int? signal = null, EndReason reason = EndReason.Exited) =>
        Given.Exit(code, signal, reason) with { MaxRssBytes = 20 * Mebibyte };

    private static LogPattern Pattern(string name, FindingLevel level, FindingAction action, FailureCause? cause) => new(name, name, level, action, cause);

    private static LogFinding Found(string pattern, string? line = null, int count = 1) => new(pattern, FindingLevel.Info, Given.Now, line ?? pattern, count);
}
