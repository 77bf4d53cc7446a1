using Shouldly;

namespace Dpu.Hocon.Tests;

/// <summary>An error names the place where the writer has to look.</summary>
public sealed class ErrorPositionTests
{
    [Theory]
    [InlineData("a = 1\nb = *", 2, 5, "'*'")]
    [InlineData("url = http://x", 1, 11, "double quotes")]
    [InlineData("a = 1\n  port", 2, 3, "port has no value")]
    [InlineData("a = 1\nb {\n  c = 1\n", 2, 3, "never closed")]
    [InlineData("a = [\n  1\n", 1, 5, "never closed")]
    [InlineData("a = \"x\ny\"", 1, 5, "closing quote")]
    [InlineData("a = \"x\\qy\"", 1, 7, "escape")]
    [InlineData("a = \"\"\"x\ny\"\"\"\nb = }", 3, 5, "value")]
    [InlineData("# note\r\na = 1\r\nb = @", 3, 5, "'@'")]
    [InlineData("a = 1 }", 1, 7, "closes nothing")]
    [InlineData("a = 1\nb = ${x.y}", 2, 5, "${x.y}")]
    [InlineData("a = 1\nb = x ${x.y} z", 2, 7, "${x.y}")]
    [InlineData("x..y = 1", 1, 3, "dot")]
    [InlineData("a = [1]\nb = ${a} {}", 2, 10, "an object and an array")]
    [InlineData("a = x\na += 1", 2, 6, "+=")]
    [InlineData("a { b = 1\n c = ${a} }", 2, 6, "contain itself")]
    [InlineData("bar : ${foo}\nfoo : ${bar}", 2, 7, "${foo} → ${bar}")]
    [InlineData("a = 1, , b = 2", 1, 8, "comma")]
    [InlineData("a = b = c", 1, 7, "'='")]
    [InlineData("a =\n}", 2, 1, "value")]
    [InlineData("a = [1, 2", 1, 5, "array is never closed")]
    [InlineData("é = 1, ü = ?", 1, 12, "'?'")]
    public void Line_and_column_are_those_of_the_mistake(string hocon, int line, int column, string part)
    {
        HoconException e = Should.Throw<HoconException>(() => HoconParser.ParseString(hocon, "x.conf"));
        e.Message.ShouldStartWith($"x.conf:{line}:{column}: ");
        (e.File, e.Line, e.Column).ShouldBe(("x.conf", line, column));
        e.Message.ShouldContain(part);
    }

    [Theory]
    [InlineData("http.port = 1, url = ${http.prt}", "did you mean ${http.port}?")]
    [InlineData("http.port = 1, url = ${htpp.port}", "did you mean ${http.port}?")]
    [InlineData("http.port = 1, url = ${unrelated}", "${?unrelated}")]
    public void An_undefined_substitution_suggests_what_was_meant(string hocon, string hint) =>
        Documents.ShouldBeRefused(hocon).Message.ShouldContain(hint);

    [Fact]
    public void A_file_that_is_missing_a_directory_or_not_utf8_is_named()
    {
        using var files = new TemporaryDirectory();
        string missing = files.PathOf("missing.conf");
        Should.Throw<HoconException>(() => HoconParser.ParseFile(missing)).Message.ShouldBe($"{missing}: there is no such file");

        string directory = Path.GetDirectoryName(files.Write("sub/a.conf", ""))!;
        Should.Throw<HoconException>(() => HoconParser.ParseFile(directory)).Message.ShouldContain("directory");

        string latin1 = files.PathOf("latin1.conf");
        File.WriteAllBytes(latin1, [.. "a = 1\nb = \""u8, 0xe9, .. "\""u8]);
        Should.Throw<HoconException>(() => HoconParser.ParseFile(latin1)).Message.ShouldStartWith($"{latin1}:2:6: ");
    }

    [Fact]
    public void A_byte_order_mark_does_not_shift_anything_but_its_own_column()
    {
        using var files = new TemporaryDirectory();
        string path = files.PathOf("bom.conf");
        File.WriteAllBytes(path, [0xef, 0xbb, 0xbf, .. "a = 1\nb = *"u8]);
        HoconException e = Should.Throw<HoconException>(() => HoconParser.ParseFile(path));
        (e.Line, e.Column).ShouldBe((2, 5));
    }
}
