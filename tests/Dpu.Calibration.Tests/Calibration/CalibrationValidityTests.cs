using Dpu.Calibration.Contract;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Calibration;

public sealed class CalibrationValidityTests(Observatory desk) : IClassFixture<Observatory>
{
    [Fact]
    public void What_is_made_carries_the_nights_on_which_it_holds()
    {
        var run = Try((CalibrationValidity.From, "2000-04-01"), (CalibrationValidity.Until, "2000-05-31"));
        run.ExitCode.ShouldBe(0, run.Errors);
        var metadata = run.Output("bias").GetProperty("metadata");
        metadata.GetProperty("valid-from").GetString().ShouldBe("2000-04-01");
        metadata.GetProperty("valid-until").GetString().ShouldBe("2000-05-31");
        metadata.GetProperty("date").GetString().ShouldBe("2000-04-28");
        run.Output("quicklook").GetProperty("metadata").TryGetProperty("valid-from", out _).ShouldBeFalse();
    }

    [Fact]
    public void Where_nothing_is_said_nothing_is_written()
    {
        var metadata = Try().Output("bias").GetProperty("metadata");
        metadata.TryGetProperty("valid-from", out _).ShouldBeFalse();
        metadata.TryGetProperty("valid-until", out _).ShouldBeFalse();
    }

    [Fact]
    public void One_end_alone_is_written_alone()
    {
        var metadata = Try((CalibrationValidity.Until, "2000-05-31")).Output("bias").GetProperty("metadata");
        metadata.TryGetProperty("valid-from", out _).ShouldBeFalse();
        metadata.GetProperty("valid-until").GetString().ShouldBe("2000-05-31");
    }

    [Theory]
    [InlineData("28-04-2000", "", "a night such as 2000-04-28 is needed")]
    [InlineData("2000-05-01", "2000-04-01", "is 2000-05-01, after Calibration.process_params.VALID_UNTIL, 2000-04-01")]
    public void Nights_that_make_no_sense_are_refused(string from, string until, string said)
    {
        var run = Try((CalibrationValidity.From, from), (CalibrationValidity.Until, until));
        run.ExitCode.ShouldBe(RecipeException.WrongInput);
        run.Errors.ShouldContain(said);
    }

    private TaskRun Try(params (string Key, string Value)[] pars) => desk.Try("bias", new() { ["bias"] = desk.Raw("bias") }, pars.ToDictionary(p => p.Key, p => p.Value));
}
