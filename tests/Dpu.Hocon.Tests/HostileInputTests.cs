using System.Text;
using Shouldly;

namespace Dpu.Hocon.Tests;

/// <summary>A file may be wrong in any way: it is refused with a place, quickly, and nothing overflows.</summary>
public sealed class HostileInputTests
{
    [Theory]
    [InlineData("[", 100_000)]
    [InlineData("{a:", 100_000)]
    [InlineData("a {", 100_000)]
    [InlineData("a.", 100_000)]
    [InlineData("[{b = ", 100_000)]
    [InlineData("a += [{", 100_000)]
    public void Deep_nesting_is_refused(string opening, int times) =>
        Documents.ShouldBeRefused(string.Concat(Enumerable.Repeat(opening, times)) + "b = 1").Message.ShouldContain("levels deep");

    [Fact]
    public void Nesting_up_to_the_bound_is_fine()
    {
        string json = new string('[', 200) + new string(']', 200);
        HoconParser.ParseDocument(json, "test").ToString().ShouldBe(json);
        Documents.ShouldBeRefused("[" + json + "]");
    }

    [Theory]
    [InlineData("x0 = [a, b]", "x{1} = ${{x{0}}} ${{x{0}}}")]
    [InlineData("x0 = [a, b]", "x{1} = [${{x{0}}}, ${{x{0}}}]")]
    [InlineData("x0 = { p = 1, q = 1 }", "x{1} = {{ a = ${{x{0}}}, b = ${{x{0}}} }}")]
    [InlineData("x0 = aaaaaaaaaaaaaaaa", "x{1} = ${{x{0}}}${{x{0}}}")]
    [InlineData("y = [], x0 = [a]", "x{1} = ${{x{0}}} ${{y}} ${{x{0}}}")]
    public void Doubling_with_every_line_is_refused(string first, string line)
    {
        var text = new StringBuilder(first);
        for (int i = 0; i < 100; i++)
        {
            text.Append('\n').Append(string.Format(line, i, i + 1));
        }

        Documents.ShouldBeRefused(text.ToString()).Message.ShouldContain("expand");
    }

    [Theory]
    [InlineData("x{0} = ${{x{1}}}")]
    [InlineData("x{0} = ${{x{1}}}y")]
    [InlineData("x{0} {{ a = ${{x{1}}} }}")]
    [InlineData("x{0} = ${{x{1}}} {{ a = 1 }}")]
    public void A_long_chain_of_substitutions_is_refused(string line)
    {
        string text = string.Join('\n', Enumerable.Range(0, 20_000).Select(i => string.Format(line, i, i + 1)));
        HoconException e = Documents.ShouldBeRefused(text + "\nx20000 = {}");
        (e.Message.Contains("chain", StringComparison.Ordinal) || e.Message.Contains("levels deep", StringComparison.Ordinal)).ShouldBeTrue(e.Message);
    }

    [Fact]
    public void A_long_chain_of_looking_back_is_refused() =>
        Documents.ShouldBeRefused(string.Concat(Enumerable.Repeat("a = ${?a}x\n", 20_000))).Message.ShouldContain("chain");

    [Theory]
    [InlineData("a = ${?a}\na.b = ${?a.b}\na.b.c = ${?a.b.c}\na.b.c.d = ${?a.b.c.d}\n")]
    [InlineData("a = ${?a} { b = ${?a.b} { c = ${?a.b.c} { d = ${?a.b.c.d} { e = 1 } } } }\n")]
    public void Values_that_build_on_themselves_at_every_level_are_bounded(string lines)
    {
        // Every line sees the earlier ones at four levels: without a bound the work grows with the fourth power of the lines.
        string text = string.Concat(Enumerable.Repeat(lines, 120));
        string message = Documents.ShouldBeRefused(text).Message;
        (message.Contains("expand", StringComparison.Ordinal) || message.Contains("chain", StringComparison.Ordinal)).ShouldBeTrue(message);
    }

    [Fact]
    public void A_small_stack_is_enough()
    {
        string deep = string.Concat(Enumerable.Repeat("[{a=", 95)) + 1 + string.Concat(Enumerable.Repeat("}]", 95));
        string chain = string.Join('\n', Enumerable.Range(0, 250).Select(i => $"x{i} = ${{x{i + 1}}} {{ a{i} = 1 }}")) + "\nx250 = {}";
        Exception? outcome = null;
        var thread = new Thread(
            () => outcome = Record.Exception(() => HoconParser.ParseString($"deep = {deep}\n{chain}", "test").ToString()),
            maxStackSize: 768 * 1024);
        thread.Start();
        thread.Join();
        outcome.ShouldBeNull();
    }

    [Fact]
    public void Fifty_thousand_appends_and_fields_are_fine()
    {
        string text = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"l += {i}\no.k{i} = ${{n}}\n")) + "n = 1";
        HoconObject root = HoconParser.ParseString(text, "test");
        ((HoconArray)root["l"]).Count.ShouldBe(50_000);
        ((HoconObject)root["o"]).Count.ShouldBe(50_000);
    }

    [Theory]
    [InlineData("include ", "a ", "")]
    [InlineData("a = ", "1e+5", "")]
    [InlineData("a = \"", "\\u0041", "\"")]
    [InlineData("a = ", "x ", "")]
    [InlineData("", "a", " = 1")]
    [InlineData("x = ${", "a ", "}")]
    [InlineData("", "\n", "")]
    [InlineData("", "# c\n", "")]
    [InlineData("a = ", "\"\" ", "")]
    [InlineData("", "\"", "")]
    public void Long_runs_take_time_in_proportion(string before, string repeated, string after)
    {
        string text = before + string.Concat(Enumerable.Repeat(repeated, 200_000)) + after;
        Record.Exception(() => HoconParser.ParseString(text, "test")).ShouldBeNoneOrARefusal();
    }

    [Fact]
    public void Files_that_include_twice_each_are_bounded()
    {
        using var files = new TemporaryDirectory();
        for (int i = 0; i < 40; i++)
        {
            files.Write($"f{i}.conf", $"include \"f{i + 1}.conf\"\ninclude \"f{i + 1}.conf\"");
        }

        files.Write("f40.conf", "x = 1");
        Should.Throw<HoconException>(() => HoconParser.ParseFile(files.PathOf("f0.conf"))).Message.ShouldContain("includes");
    }

    [Fact]
    public void A_file_without_end_is_refused() =>
        Should.Throw<HoconException>(() => HoconParser.ParseFile("/dev/zero", new HoconOptions { FileBytesMax = 1_000_000 })).Message.ShouldContain("too large");

    [Fact]
    public void A_message_does_not_repeat_a_huge_value()
    {
        var reader = new HoconReader(HoconParser.ParseString($"a = {new string('9', 1_000_000)}", "test"));
        Should.Throw<HoconException>(() => reader.GetInt32("a")).Message.Length.ShouldBeLessThan(400);
        Documents.ShouldBeRefused($"{new string('k', 1_000_000)}\n").Message.Length.ShouldBeLessThan(400);
        Documents.ShouldBeRefused($"a = ${{{new string('k', 1_000_000)}}}").Message.Length.ShouldBeLessThan(400);
    }
}
