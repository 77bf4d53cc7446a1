using Dpu.Cli;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;
using Dpu.Service.Tests.Client;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Cli;

/// <summary>What is printed and read as text.</summary>
public sealed class TextTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 22, 16, TimeSpan.Zero);
    private static readonly TimeZoneInfo TwoHoursEast = TimeZoneInfo.CreateCustomTimeZone("x", TimeSpan.FromHours(2), "x", "x");

    [Fact]
    public void The_status_line_is_the_fields_to_the_letter() =>
        StatusLine.Of(Samples.Finished).ShouldBe("Jobid 84820 has status FINISHED N/E/A/S/U 75/0/0/0/0");

    [Fact]
    public void The_head_of_a_log_is_the_fields_to_the_letter()
    {
        Head("FINISHED").ShouldBe(
            "12:22:16 - ++++++++++++++++++++++++++++++++++++++++++++\n"
            + "12:22:16 - job_status = 0\n"
            + "12:22:16 - ++++++++++++++++++++++++++++++++++++++++++++\n");
        foreach (var status in new[] { "FAILED", "CANCELLED", "RUNNING", "QUEUED", "HELD" })
        {
            Head(status).ShouldContain("job_status = 1\n");
        }
    }

    [Theory]
    [InlineData("Making ReadNoise object", "14:22:16 - Making ReadNoise object")]
    [InlineData("12:10:23 - Computing difference...", "12:10:23 - Computing difference...")]
    [InlineData("12:10:23 -Computing", "14:22:16 - 12:10:23 -Computing")]
    [InlineData("99:10:23 - no time", "14:22:16 - 99:10:23 - no time")]
    [InlineData("", "14:22:16 - ")]
    [InlineData("12:10:23 - ", "12:10:23 - ")]
    public void A_line_is_stamped_once_in_the_readers_time(string text, string expected) => Log(text, onTerminal: false).ShouldBe(expected + "\n");

    [Fact]
    public void A_log_cannot_control_the_terminal_and_stays_whole_in_a_file()
    {
        const string Hostile = "a\u001b[2Jb\u009b31mc\rd\te\u202ef";
        Log(Hostile, onTerminal: true).ShouldBe("14:22:16 - a\\x1b[2Jb\\x9b31mc\\rd\te\\u202ef\n");
        Log(Hostile, onTerminal: false).ShouldBe($"14:22:16 - {Hostile}\n");
    }

    [Fact]
    public void No_text_puts_a_control_character_through() => Prop.ForAll(HostileText.One, text =>
    {
        Visible.Text(text).Any(c => char.IsControl(c) || c is '\u202e' or '\u2028' or '\u200f').ShouldBeFalse();
        Visible.Line(text).Any(c => char.IsControl(c) && c != '\t').ShouldBeFalse();
    }).Check(Config.QuickThrowOnFailure);

    [Theory]
    [InlineData("8,6 \"x\" 'y' é 日本 😀")]
    [InlineData("")]
    public void Plain_names_of_any_script_stay_as_they_are(string name) => Visible.Text(name).ShouldBe(name);

    [Fact]
    public void Half_a_character_is_shown_as_such()
    {
        Visible.Text("\ud83d").ShouldBe("\\ud83d");
        Visible.Text("\ude00x").ShouldBe("\\ude00x");
    }

    [Fact]
    public void A_name_with_a_newline_does_not_break_a_table()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var table = new Table("ID", "NAME").Right(0);
        table.Add("7", "a\nb");
        table.Add("123", "c");
        table.WriteTo(writer);
        writer.ToString().ShouldBe(" ID  NAME\n  7  a\\nb\n123  c\n");
    }

    [Fact]
    public void One_error_is_one_sentence_with_what_was_probably_meant()
    {
        var item = new ProblemItem("unknown-option", "Bias has no option 'crip'.", "crip", "chip");
        ProblemText.Lines(new Problem("Refused", 422, "Bias has no option 'crip'.", "unknown-option", [item]))
            .ShouldBe(["Bias has no option 'crip'. Did you mean 'chip'?"]);
    }

    [Fact]
    public void What_the_message_says_already_is_not_said_again()
    {
        var item = new ProblemItem("unknown-recipe", "There is no recipe 'Biass'; did you mean 'Bias'?", null, "Bias");
        ProblemText.Lines(new Problem("Refused", 422, null, "unknown-recipe", [item])).ShouldBe(["There is no recipe 'Biass'; did you mean 'Bias'?"]);
    }

    [Fact]
    public void Several_errors_are_a_list()
    {
        ProblemItem[] items = [new("required", "is required", "instrument"), new("no-match", "No raw-bias matches.", null, null)];
        ProblemText.Lines(new Problem("Refused", 422, "Two things are wrong.", "refused", items))
            .ShouldBe(["Two things are wrong.", "  - instrument: is required", "  - No raw-bias matches."]);
    }

    [Fact]
    public void Several_errors_that_the_head_only_joins_are_said_once()
    {
        ProblemItem[] items = [new("bad-option", "Option 'i' needs a value."), new("required", "run Bias first, with commit")];
        ProblemText.Lines(new Problem("Refused", 422, "Option 'i' needs a value. run Bias first, with commit", "bad-option", items))
            .ShouldBe(["2 things are wrong:", "  - Option 'i' needs a value.", "  - run Bias first, with commit"]);
    }

    [Fact]
    public void A_refusal_that_says_nothing_has_its_title() => ProblemText.Lines(new Problem("Conflict", 409)).ShouldBe(["Conflict"]);

    [Fact]
    public void A_name_in_a_refusal_cannot_control_the_terminal() =>
        ProblemText.Lines(new Problem("x", 422, "no file \u001b]0;owned\u0007")).Single().ShouldBe("no file \\x1b]0;owned\\x07");

    [Theory]
    [InlineData("1", 1L)]
    [InlineData("512MiB", 512L << 20)]
    [InlineData("512 MiB", 512L << 20)]
    [InlineData("2G", 2L << 30)]
    [InlineData("2gb", 2_000_000_000L)]
    [InlineData("1.5 GiB", 3L << 29)]
    [InlineData("100k", 102_400L)]
    [InlineData("7B", 7L)]
    public void Sizes_are_read(string text, long bytes) => Values.Size("--mem", text).ShouldBe(bytes);

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("lots")]
    [InlineData("1,5GiB")]
    [InlineData("1e3")]
    [InlineData("99999999TiB")]
    public void What_is_no_size_is_refused(string text) => Should.Throw<UsageException>(() => Values.Size("--mem", text)).Message.ShouldContain("--mem");

    [Theory]
    [InlineData("90", 90)]
    [InlineData("1.5", 1.5)]
    [InlineData("90 s", 90)]
    [InlineData("5min", 300)]
    [InlineData("2h", 7200)]
    [InlineData("250ms", 0.25)]
    public void Times_are_read(string text, double seconds) => Values.Seconds("--dpu-time", text).ShouldBe(seconds);

    [Theory]
    [InlineData("84820x")]
    [InlineData("0")]
    [InlineData("-3")]
    [InlineData("1.0")]
    [InlineData("99999999999")]
    public void What_is_no_job_id_is_refused(string text) => Should.Throw<UsageException>(() => Values.JobId(text));

    [Fact]
    public async Task Lines_of_input_are_taken_as_they_are()
    {
        var lines = await Lines("a b\n8,6\n\"q\"\n \n\nwith\rreturn\r\nlast");
        lines.ShouldBe(["a b", "8,6", "\"q\"", " ", "", "with\rreturn\r", "last"]);
        (await Lines("one\n")).ShouldBe(["one"]);
        (await Lines("")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Input_that_no_argument_can_hold_is_refused_with_its_line()
    {
        (await Should.ThrowAsync<UsageException>(() => Lines("a\nb\0c\n"))).Message.ShouldContain("Line 2");
        using var latin1 = new MemoryStream([(byte)'a', (byte)'\n', 0xe9, (byte)'\n']);
        (await Should.ThrowAsync<UsageException>(() => InputLines.ReadAsync(latin1, "names", CancellationToken.None))).Message.ShouldBe("Line 2 of names is not UTF-8.");
    }

    [Fact]
    public void A_term_of_a_query_survives_whatever_it_holds()
    {
        FileQueryArguments.Of([]).ShouldBeNull();
        FileQueryArguments.Of(["type=bias chip=ccd5?"]).ShouldBe("type=bias chip=ccd5?");
        FileQueryArguments.Of(["object=M 31", "a\"b\\c\nd"]).ShouldBe("\"object=M 31\" \"a\\\"b\\\\c\\nd\"");
    }

    [Fact]
    public void Operators_and_groups_may_be_arguments_of_their_own()
    {
        FileQueryArguments.Of(["visit>5", "or", "not", "type=bias"]).ShouldBe("visit>5 or not type=bias");
        FileQueryArguments.Of(["object=M 31", "(a=1 or b=2)", "filter=(HSC R|HSC-I)"]).ShouldBe("\"object=M 31\" (a=1 or b=2) filter=(HSC R|HSC-I)");
    }

    private static async Task<IReadOnlyList<string>> Lines(string text)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        return await InputLines.ReadAsync(stream, "input", CancellationToken.None);
    }

    private static string Head(string status)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        new LogBlock(writer, TimeZoneInfo.Utc, onTerminal: false).WriteHead(status, Noon);
        return writer.ToString();
    }

    private static string Log(string text, bool onTerminal)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        new LogBlock(writer, TwoHoursEast, onTerminal).Write(new LogLine(Noon, 1, 0, 1, "out", "node.local.Bias", text));
        return writer.ToString();
    }
}
