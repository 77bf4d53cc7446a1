using System.Collections.Immutable;
using Dpu.Cluster.Frontend;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Cluster.Tests.Frontend;

public sealed class ReportCheckTests
{
    private static readonly AttemptId Attempt = new(new JobId(12), 3, 2);
    private static readonly string Sha256 = new('a', 64);
    private static readonly OutputFile Honest = new(
        "12.3.2.reduced", "a.fits", "12/3.2/sub/a.fits", 10, Sha256, "reduced", true, ImmutableSortedDictionary<string, MetadataValue>.Empty, []);

    [Fact]
    public void What_was_given_and_made_may_be_reported() => ReportCheck.FlawOf(Start(), Report(Honest)).ShouldBeNull();

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("12/3.1/a.fits")]
    [InlineData("13/3.2/a.fits")]
    [InlineData("12/3.2/../3.1/a.fits")]
    [InlineData("12/3.2/sub/./a.fits")]
    [InlineData("12/3.2//a.fits")]
    [InlineData("12/3.2/")]
    [InlineData("12/3.2")]
    [InlineData("12/3.2/a\n.fits")]
    [InlineData("")]
    public void An_output_lies_in_its_attempts_folder(string path) =>
        ReportCheck.FlawOf(Start(), Report(Honest with { Path = path })).ShouldBe($"the output '{path}' does not lie in 12/3.2/");

    [Theory]
    [InlineData("raw-a")]
    [InlineData("12.3.1.reduced")]
    [InlineData("12.3.2.")]
    public void An_outputs_id_is_its_attempts(string id) =>
        ReportCheck.FlawOf(Start(), Report(Honest with { Id = id })).ShouldBe($"the id '{id}' of an output does not begin with '12.3.2.'");

    [Fact]
    public void Nothing_is_used_that_was_not_given() =>
        ReportCheck.FlawOf(Start(), Report(Honest) with { Used = ["raw-a", "secret"] }).ShouldBe("it was not given 'secret', which it says that it used");

    [Theory]
    [InlineData(-1, 'a')]
    [InlineData(1, 'A')]
    public void Size_and_checksum_have_a_form(long size, char digit) =>
        ReportCheck.FlawOf(Start(), Report(Honest with { SizeBytes = size, Sha256 = new string(digit, 64) })).ShouldBe("the output '12/3.2/sub/a.fits' has no size or checksum");

    [Fact]
    public void No_two_outputs_are_one()
    {
        ReportCheck.FlawOf(Start(), Report(Honest, Honest with { Path = "12/3.2/b.fits" })).ShouldBe("two outputs have the id '12.3.2.reduced'");
        ReportCheck.FlawOf(Start(), Report(Honest, Honest with { Id = "12.3.2.other" })).ShouldBe("two outputs have the path '12/3.2/sub/a.fits'");
    }

    [Fact]
    public void A_failure_has_no_outputs() => ReportCheck.FlawOf(Start(), Report(Honest) with { Cause = FailureCause.Recipe }).ShouldBe("it failed, and has outputs");

    [Fact]
    public void A_command_has_neither_inputs_nor_outputs()
    {
        ReportCheck.FlawOf(Start() with { Work = TaskWork.Plain }, Report() with { Used = [] }).ShouldBeNull();
        ReportCheck.FlawOf(Start() with { Work = TaskWork.Plain }, Report(Honest) with { Used = [] }).ShouldNotBeNull();
    }

    [Fact]
    public void What_is_in_the_store_decides()
    {
        ReportCheck.FlawOf(Honest, new BroughtOutput(10, Sha256)).ShouldBeNull();
        ReportCheck.FlawOf(Honest, new BroughtOutput(10, null)).ShouldBeNull();
        ReportCheck.FlawOf(Honest, null).ShouldBe("the output '12/3.2/sub/a.fits' did not arrive in the store");
        ReportCheck.FlawOf(Honest, new BroughtOutput(9, null)).ShouldBe("the output '12/3.2/sub/a.fits' has 9 bytes in the store, not 10");
        ReportCheck.FlawOf(Honest, new BroughtOutput(10, new string('b', 64))).ShouldBe("the output '12/3.2/sub/a.fits' has another checksum than what arrived in the store");
    }

    [Fact]
    public void A_flawed_report_is_a_failure_that_registers_nothing()
    {
        var failure = ReportCheck.Failure(Start(), Report(Honest) with { Used = ["secret", "raw-a"], Hold = "seeing" }, "it lies");
        failure.Cause.ShouldBe(FailureCause.Data);
        failure.Message.ShouldBe("what its node reported cannot be: it lies");
        failure.Outputs.ShouldBeEmpty();
        failure.Used.ShouldBe(["raw-a"]);
        failure.Hold.ShouldBeNull();
    }

    private static AttemptReport Report(params OutputFile[] outputs) => new(new TaskAttempt(3, 2), null, "", null, ["raw-a"], [.. outputs]);

    private static TaskStart Start() => new(
        Attempt,
        "Reduce",
        new Resources(1, 1000),
        null,
        ["reduce"],
        new TaskWork.Directed(
            "Reduce",
            ImmutableSortedDictionary<string, string>.Empty,
            [],
            ImmutableSortedDictionary<string, ImmutableArray<InputFile>>.Empty.Add("science", [new InputFile("raw-a", "/raw/a.fits", "raw", ImmutableSortedDictionary<string, MetadataValue>.Empty)]),
            []));
}
