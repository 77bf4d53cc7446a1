using System.Collections.Immutable;
using System.Diagnostics;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;
using Dpu.Domain.Users;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Jobs;

public sealed class RepeatCommandTests
{
    private static readonly JobSpec Spec = new("Reduce>Coadd", "ann", 0, [], false, 0, "key", "f00d");

    [Fact]
    public void A_sequence_comes_again_with_all_that_was_asked_for()
    {
        var spec = Spec with
        {
            Priority = -3,
            Tags = ["a tag", "b"],
            Version = "develop",
            Context = new WorkContext("KIDS", Privileges.Users),
            Campaign = new CampaignUnit("night one", 2, "tile,7", 1),
            Asked = new AskedOptions(["-i", "WFI", "-o", "CDF4_B_?"], null, 3L << 30),
        };
        Of(spec).Words.ShouldBe(
        [
            "dpu", "run", "--dpu-mem", "3GiB", "--version", "develop", "--campaign", "night one", "--unit", "tile,7", "--request", "2", "--priority=-3", "--tag", "a tag", "--tag", "b",
            "--project", "KIDS", "--privileges", "users", "Reduce>Coadd", "--", "-i", "WFI", "-o", "CDF4_B_?",
        ]);
    }

    [Fact]
    public void Options_by_name_come_as_tokens_that_mean_the_same()
    {
        var spec = Spec with { Asked = new AskedOptions([], """{"instrument":"W=F I","commit":true,"n":3.5,"none":null,"map":{"A":"b"},"list":["x","y,z"]}""", null) };
        Of(spec).Words.SkipWhile(word => word != "--").Skip(1).ShouldBe(["--instrument=W=F I", "--commit=true", "--n=3.5", "--map={\"A\":\"b\"}", "--list=x", "--list=y,z"]);
    }

    [Fact]
    public void A_command_comes_again_with_a_file_for_its_lines()
    {
        var step = new StepPlan("sh", null, 0, 2, new Resources(2, (1L << 20) + 1), null, new StepWork.Exec(["sh", "-c", "echo {}"], TaskLines.Pack(["a", "b c"])));
        var command = RepeatCommand.Of(new JobId(7), Spec with { Sequence = "exec", Code = new ShippedCode("abc", 1) }, new JobPlan([], [step]));
        command.Words.ShouldBe(["dpu", "exec", "--each", "lines.txt", "--cpus", "2", "--mem", "1048577", "--project", "common", "--privileges", "project", "--", "sh", "-c", "echo {}"]);
        command.Notes.Length.ShouldBe(2);
        command.Notes[0].ShouldContain("abc");
        command.Notes[1].ShouldContain("2 lines: GET /api/v1/jobs/7/lines");
    }

    [Fact]
    public async Task A_shell_takes_no_word_for_anything_but_itself()
    {
        ImmutableArray<string> words = ["-c", "it's", "$HOME", "`id`", "a;b|c&d", "*", "", "x\ny", "~", "Reduce>Coadd", "#", "!x", "\\", "\"", "é☉"];
        var text = Of(Spec with { Asked = new AskedOptions(words, null, null) }).Text;
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"set -- {text}; while [ \"$1\" != -- ]; do shift; done; shift; printf '%s\\0' \"$@\"");
        using var shell = Process.Start(start)!;
        var said = await shell.StandardOutput.ReadToEndAsync();
        said.Split('\0')[..^1].ShouldBe(words);
    }

    private static RepeatCommand Of(JobSpec spec) => RepeatCommand.Of(new JobId(1), spec, new JobPlan([], []));
}
