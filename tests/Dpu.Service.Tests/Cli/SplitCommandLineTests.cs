using Dpu.Cli;
using Dpu.Cli.Arguments;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Cli;

public sealed class SplitCommandLineTests
{
    [Fact]
    public void Options_of_recipes_go_through_in_their_order()
    {
        var split = Of("run", "DomeFlat", "-i", "WFI", "-d", "2000-04-28", "-f", "#842", "-tpl", "x", "-C", "--pars", "{\"a\":1}", "o=CDF4_B_?");
        split.Own.ShouldBe(["run", "--", "DomeFlat"]);
        split.PassedOn.ShouldBe(["-i", "WFI", "-d", "2000-04-28", "-f", "#842", "-tpl", "x", "-C", "--pars", "{\"a\":1}", "o=CDF4_B_?"]);
    }

    [Fact]
    public void Ours_are_found_before_and_behind_the_sequence()
    {
        var split = Of("run", "--wait", "--tag", "night 1", "Bias", "-i", "WFI", "--dpu-mem", "2GiB", "--json", "-c", "ccd50", "--dpu-time=5");
        split.Own.ShouldBe(["run", "--wait", "--tag=night 1", "--dpu-mem=2GiB", "--json", "--dpu-time=5", "--", "Bias"]);
        split.PassedOn.ShouldBe(["-i", "WFI", "-c", "ccd50"]);
    }

    [Fact]
    public void A_value_of_ours_may_look_like_an_option() =>
        Of("run", "Bias", "--tag", "--wait", "--priority", "-5").Own.ShouldBe(["run", "--tag=--wait", "--priority=-5", "--", "Bias"]);

    [Fact]
    public void Behind_two_dashes_everything_is_the_recipes()
    {
        var split = Of("run", "Bias", "-i", "WFI", "--", "--wait", "--", "--json", "--help");
        split.Own.ShouldBe(["run", "--", "Bias"]);
        split.PassedOn.ShouldBe(["-i", "WFI", "--wait", "--", "--json", "--help"]);
    }

    [Fact]
    public void The_sequence_may_stand_behind_the_dashes_too()
    {
        var split = Of("run", "--wait", "--", "Reduce>Coadd", "-i", "WFI");
        split.Own.ShouldBe(["run", "--wait", "--", "Reduce>Coadd"]);
        split.PassedOn.ShouldBe(["-i", "WFI"]);
    }

    [Fact]
    public void Help_is_ours_but_h_behind_the_sequence_is_the_recipes()
    {
        Of("run", "-h").Own.ShouldBe(["run", "-h"]);
        Of("run", "Bias", "-h", "3").PassedOn.ShouldBe(["-h", "3"]);
        Of("run", "Bias", "--help").Own.ShouldBe(["run", "--help", "--", "Bias"]);
    }

    [Fact]
    public void Behind_awe_everything_but_help_and_the_DPU_is_for_Python()
    {
        var split = Of("--dpu", "a", "awe", "night.py", "--dpu", "b", "-h");
        split.Own.ShouldBe(["--dpu", "a", "awe"]);
        split.PassedOn.ShouldBe(["night.py", "--dpu", "b", "-h"]);
        split = Of("awe", "--dpu", "b", "--", "--help", "--", "x");
        split.Own.ShouldBe(["awe", "--dpu", "b"]);
        split.PassedOn.ShouldBe(["--help", "--", "x"]);
        Of("awe", "--help", "-c", "1").Own.ShouldBe(["awe", "--help"]);
        Of("awe", "--dpu").Own.ShouldBe(["awe", "--dpu"]);
    }

    [Fact]
    public void The_choice_of_a_DPU_may_stand_before_the_command()
    {
        var split = Of("--dpu", "run", "run", "Bias", "-i", "WFI");
        split.Own.ShouldBe(["--dpu", "run", "run", "--", "Bias"]);
        split.PassedOn.ShouldBe(["-i", "WFI"]);
    }

    [Fact]
    public void An_option_before_the_sequence_that_is_not_ours_is_a_mistake() =>
        Should.Throw<UsageException>(() => Of("run", "-i", "WFI", "Bias")).Message.ShouldContain("-i");

    [Fact]
    public void The_command_of_exec_begins_behind_the_first_two_dashes()
    {
        var split = Of("exec", "--each", "-", "--", "git", "log", "--", "{}", "--wait", "@x", "[diagram]", "");
        split.Own.ShouldBe(["exec", "--each", "-"]);
        split.PassedOn.ShouldBe(["git", "log", "--", "{}", "--wait", "@x", "[diagram]", ""]);
    }

    [Fact]
    public void Other_commands_keep_everything() =>
        Of("status", "1", "--", "2").Own.ShouldBe(["status", "1", "--", "2"]);

    [Fact]
    public void Definitions_may_be_written_in_one_word() =>
        Of("serve", "-Ddpu.node.cpus=2", "-D", "a=b", "-Dx").Own.ShouldBe(["serve", "-D", "dpu.node.cpus=2", "-D", "a=b", "-Dx"]);

    [Fact]
    public void Whatever_stands_behind_the_dashes_arrives_unchanged() => Prop.ForAll(HostileText.Several, tokens =>
    {
        Of(["run", "Bias", "--", .. tokens]).PassedOn.ShouldBe(tokens);
        Of(["exec", "--", .. tokens]).PassedOn.ShouldBe(tokens);
    }).Check(Config.QuickThrowOnFailure);

    private static SplitCommandLine Of(params string[] tokens) => SplitCommandLine.Of(tokens);
}
