using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Execution;

public sealed class TraceRootTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Theory]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", false)]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false)]
    [InlineData("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false)]
    [InlineData("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01", false)]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-zz", false)]
    [InlineData("nonsense", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void What_is_no_header_of_the_standard_is_none(string? header, bool isOne) => (TraceRoot.Parse(header) is not null).ShouldBe(isOne);

    [Fact]
    public void A_recipes_parent_is_the_span_of_its_attempt_and_each_attempt_has_its_own()
    {
        var attempt = new AttemptId(new JobId(1), 2, 3);
        var header = TraceRoot.HeaderOf(Trace, attempt);
        TraceRoot.Parse(header).ShouldBe(new TraceRoot(Trace, TraceRoot.SpanIdOf(Trace, attempt)));
        TraceRoot.HeaderOf(Trace, new AttemptId(new JobId(1), 2, 4)).ShouldNotBe(header);
        TraceRoot.HeaderOf(Trace, attempt).ShouldBe(header, "another frontend or node must come to the same one");
    }
}
