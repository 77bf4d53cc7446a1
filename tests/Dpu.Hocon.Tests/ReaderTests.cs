using Shouldly;

namespace Dpu.Hocon.Tests;

/// <summary>Typed settings: the specification's conversions, and errors that a user can act on.</summary>
public sealed class ReaderTests
{
    [Fact]
    public void Settings_are_read_with_the_specifications_conversions()
    {
        HoconReader r = Reader("""
            i = 8080, quoted = "17", whole = 1e3, big = 9007199254740993, x = -0.5, t = yes, f = off, s = some text
            n = 1.50, b = true, d = 10 s, size = 512 MiB, l = [a, 1, true], o { "1" = y, "0" = x, z = 1 }
            """);
        r.GetInt32("i").ShouldBe(8080);
        r.GetInt32("quoted").ShouldBe(17);
        r.GetInt32("whole").ShouldBe(1000);
        r.GetInt64("big").ShouldBe(9007199254740993);
        r.GetDouble("x").ShouldBe(-0.5);
        r.GetBoolean("t").ShouldBeTrue();
        r.GetBoolean("f").ShouldBeFalse();
        r.GetString("s").ShouldBe("some text");
        r.GetString("n").ShouldBe("1.50");
        r.GetString("b").ShouldBe("true");
        r.GetDuration("d").ShouldBe(TimeSpan.FromSeconds(10));
        r.GetSize("size").ShouldBe(512L * 1024 * 1024);
        r.GetStringList("l").ShouldBe(["a", "1", "true"]);
        r.GetStringList("o").ShouldBe(["x", "y"]);
        r.GetList("l").Count.ShouldBe(3);
        r.GetOneOf("t", ["no", "yes"]).ShouldBe("yes");
        r.EnsureAllKeysUsed();
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("yes", true)]
    [InlineData("on", true)]
    [InlineData("false", false)]
    [InlineData("no", false)]
    [InlineData("off", false)]
    public void Six_words_are_booleans(string word, bool value)
    {
        Reader($"a = {word}, q = \"{word}\"").GetBoolean("a").ShouldBe(value);
        Reader($"a = {word}, q = \"{word}\"").GetBoolean("q").ShouldBe(value);
    }

    [Fact]
    public void Null_and_missing_give_the_default()
    {
        HoconReader r = Reader("n = null");
        r.Has("n").ShouldBeFalse();
        foreach (string path in new[] { "n", "missing", "n.below", "missing.below" })
        {
            r.GetStringOrDefault(path, null).ShouldBeNull();
            r.GetInt32OrDefault(path, 5).ShouldBe(5);
            r.GetInt64OrDefault(path, 6).ShouldBe(6);
            r.GetDoubleOrDefault(path, 0.5).ShouldBe(0.5);
            r.GetBooleanOrDefault(path, true).ShouldBeTrue();
            r.GetDurationOrDefault(path, TimeSpan.FromSeconds(3)).ShouldBe(TimeSpan.FromSeconds(3));
            r.GetSizeOrDefault(path, 9).ShouldBe(9);
            r.GetStringListOrDefault(path, ["x"]).ShouldBe(["x"]);
            r.GetOneOfOrDefault(path, ["x"], "y").ShouldBe("y");
            r.GetObjectOrEmpty(path).Keys.ShouldBeEmpty();
            r.GetObjects(path).ShouldBeEmpty();
        }
    }

    public static TheoryData<string, Action<HoconReader>, string> Mistakes => new()
    {
        { "x = eighty", r => r.GetInt32("x"), "x is the text \"eighty\"; expected a whole number, for example dpu.x = 10" },
        { "x = 1.5", r => r.GetInt32("x"), "x is 1.5; expected a whole number" },
        { "x = 3000000000", r => r.GetInt32("x"), "x is 3000000000; expected a whole number" },
        { "x = 70000", r => r.GetInt32("x", 1, 65535), "expected a whole number from 1 to 65535, for example" },
        { "x = 0", r => r.GetInt64("x", min: 1), "expected a whole number of at least 1" },
        { "x = 007", r => r.GetInt32("x"), "x is the text \"007\"" },
        { "x = 1e999", r => r.GetDouble("x"), "x is 1e999; expected a number" },
        { "x = NaN", r => r.GetDouble("x"), "x is the text \"NaN\"; expected a number" },
        { "x = 1", r => r.GetBoolean("x"), "x is 1; expected true or false" },
        { "x = Yes", r => r.GetBoolean("x"), "expected true or false" },
        { "x = 10 weeks", r => r.GetDuration("x"), "x is the text \"10 weeks\"; expected a duration" },
        { "x = 1 KB", r => r.GetSize("x"), "for example dpu.x = 512 MiB" },
        { "x = null", r => r.GetString("x"), "x is null; expected a text" },
        { "x = {}", r => r.GetString("x"), "x is an object; expected a text" },
        { "x = [1]", r => r.GetString("x"), "x is a list: [1]; expected a text" },
        { "x = a", r => r.GetStringList("x"), "expected a list of texts, for example dpu.x = [a, b]" },
        { "x = [a, [b]]", r => r.GetStringList("x"), "expected a list of texts" },
        { "x = {}", r => r.GetStringList("x"), "expected a list of texts" },
        { "x = 1", r => r.GetObject("x"), "x is 1; expected an object" },
        { "x = blue", r => r.GetOneOf("x", ["red", "green"]), "expected one of red, green, for example dpu.x = red" },
        { "x = no", r => r.GetInt32OrDefault("x", 5), "x is the text \"no\"" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_wrong_value_is_named_with_path_place_and_example(string text, Action<HoconReader> read, string message)
    {
        HoconReader r = Reader($"dpu {{\n  {text} }}").GetObject("dpu");
        Should.Throw<HoconException>(() => read(r)).Message.ShouldStartWith("x.conf:2:7: dpu.x is ");
        Should.Throw<HoconException>(() => read(r)).Message.ShouldContain(message);
    }

    [Fact]
    public void A_missing_value_is_named_with_the_object_that_lacks_it()
    {
        HoconReader r = Reader("a = 1\ndpu { recipes {\n  Reduce { help = x } } }");
        Should.Throw<HoconException>(() => r.GetObject("dpu.recipes.Reduce").GetStringList("command")).Message
            .ShouldBe("x.conf:3:10: dpu.recipes.Reduce.command is missing; expected a list of texts, for example dpu.recipes.Reduce.command = [a, b]");
        Should.Throw<HoconException>(() => r.GetInt32("dpu.recipes.Coadd.cpus")).Message.ShouldStartWith("x.conf:2:15: dpu.recipes.Coadd.cpus is missing");
    }

    [Fact]
    public void A_callers_own_error_carries_path_and_place() =>
        Reader("dpu { node-timeout = 1 s }").GetObject("dpu").Error("node-timeout", "must be longer than fence-after").Message
            .ShouldBe("x.conf:1:22: dpu.node-timeout must be longer than fence-after");

    [Fact]
    public void Objects_are_read_by_name_in_order()
    {
        HoconReader r = Reader("dpu.recipes { Reduce { cpus = 2 }, \"my.recipe\" { cpus = 3 }, Gone = null }");
        r.GetObjects("dpu.recipes").Select(recipe => $"{recipe.Key} {recipe.Value.Path} {recipe.Value.GetInt32("cpus")}")
            .ShouldBe(["Reduce dpu.recipes.Reduce 2", "my.recipe dpu.recipes.\"my.recipe\" 3"]);
        Should.Throw<HoconException>(() => Reader("dpu.recipes.x = 5").GetObjects("dpu.recipes")).Message.ShouldContain("dpu.recipes.x is 5; expected an object");
    }

    [Theory]
    [InlineData("dpu { http { port = 1 }\n  htpp.port = 2 }", "x.conf:2:8: unknown key dpu.htpp.port; did you mean dpu.http.port?")]
    [InlineData("dpu.http.prot = 2", "x.conf:1:10: unknown key dpu.http.prot; did you mean dpu.http.port?")]
    [InlineData("dpu.port = 2", "x.conf:1:5: unknown key dpu.port; did you mean dpu.http.port?")]
    [InlineData("dpu.http.colour = 2", "x.conf:1:10: unknown key dpu.http.colour; known here: host, port")]
    [InlineData("dpu.nonsense = 2", "x.conf:1:5: unknown key dpu.nonsense; known here: http, pars")]
    [InlineData("dpu.a.b.c.d = 2", "x.conf:1:11: unknown key dpu.a.b.c.d; remove it")]
    [InlineData("dpu.http = {}, dpu.htp = {}", "x.conf:1:20: unknown key dpu.htp; did you mean dpu.http?")]
    [InlineData("dpu.x = 1\ndpu.y = 2", "x.conf:1:5: unknown key dpu.x; known here: http, pars\nx.conf:2:5: unknown key dpu.y; known here: http, pars")]
    public void An_unknown_key_is_refused_with_the_nearest_known_one(string text, string message) =>
        Should.Throw<HoconException>(() => ReadAll(text)).Message.ShouldBe(message);

    [Fact]
    public void Keys_that_were_asked_for_taken_whole_or_outside_are_no_mistake() =>
        ReadAll("dpu { http { port = 1, host = null }, pars { any { thing = 1 } } }\nother.key = 1");

    private static void ReadAll(string text)
    {
        HoconReader root = Reader(text);
        HoconReader http = root.GetObjectOrEmpty("dpu.http");
        http.GetInt32OrDefault("port", 0);
        http.GetStringOrDefault("host", "localhost");
        if (root.Has("dpu.pars"))
        {
            root.GetValue("dpu.pars");
        }

        root.EnsureAllKeysUsed("dpu");
    }

    private static HoconReader Reader(string text) => new(HoconParser.ParseString(text, "x.conf"));
}
