using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Tests.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Execution;

public sealed class FailureClassifierTests
{
    private static readonly AttemptLimits Limits = new(TimeSpan.FromSeconds(90.5), 64L << 20, TimeSpan.FromSeconds(5), 0, 0);

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
    [InlineData(EndReason.Memory, null, 9, FailureCause.Memory, "held more than 64 MiB of memory (at most 100 MiB)")]
    [InlineData(EndReason.Cancelled, 0, null, FailureCause.Cancelled, "ended because its job was cancelled")]
    [InlineData(EndReason.Cancelled, null, 15, FailureCause.Cancelled, "ended because its job was cancelled")]
    public void Each_end_has_its_cause_and_its_sentence(EndReason reason, int? code, int? signal, FailureCause? cause, string message) =>
        FailureClassifier.Classify(Given.Exit(code, signal, reason), Limits).ShouldBe((cause, message));
}
