using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Tests.Recipes;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Templates;

public sealed class ArgumentTests
{
    // The example command line of DMTN-059: jobrepo --output jobrepo --id tract=0 patch=8,6 filter=HSC-I --doraise -c doApplyUberCal=False --selectId …
    [Fact]
    public void The_command_line_of_DMTN_059_comes_out_word_for_word()
    {
        var task = new OneTask("""
            hyphens = gnu
            options {
              tract { type = integer, required = true, on-command-line = false }
              output { type = string, default = jobrepo }
            }
            inputs { corr { type = calexp } }
            divide-by = [patch, filter]
            arguments = [
              jobrepo
              { options = all }
              { name = id, value = ["tract={tract}", "patch={patch}", "filter={filter}"] }
              { flag = doraise }
              { name = c, value = "doApplyUberCal=False" }
              { each = corr, words = ["--selectId", "visit={visit}", "ccd={ccd}"] }
            ]
            """)
        {
            Options = ["tract=0"],
            Keys = OneTask.Sorted(("patch", "8,6"), ("filter", "HSC-I")),
            Inputs = OneTask.Sorted(("corr", (ImmutableArray<InputFile>)[
                OneTask.File("a", "a.fits", ("visit", "904010"), ("ccd", "10")), OneTask.File("b", "b.fits", ("visit", "904010"), ("ccd", "4"))])),
        };

        task.Words().ShouldBe(
            [
                "jobrepo", "--output", "jobrepo", "--id", "tract=0", "patch=8,6", "filter=HSC-I", "--doraise", "-c", "doApplyUberCal=False",
                "--selectId", "visit=904010", "ccd=10", "--selectId", "visit=904010", "ccd=4",
            ]);
    }

    [Theory]
    [InlineData("double", "space", "--long,v,--x,w,--on")]
    [InlineData("double", "equals", "--long=v,--x=w,--on")]
    [InlineData("gnu", "space", "--long,v,-x,w,--on")]
    [InlineData("gnu", "equals", "--long=v,-x,w,--on")]
    [InlineData("single", "equals", "-long=v,-x=w,-on")]
    [InlineData("none", "space", "long,v,x,w,on")]
    [InlineData("none", "equals", "long=v,x=w,on")]
    public void Options_and_named_arguments_are_written_in_the_same_style(string hyphens, string separator, string expected)
    {
        var style = $"hyphens = {hyphens}, value-separator = {separator}";
        var options = new OneTask(style + ", options { long { type = string }, x { type = string }, on { type = flag } }") { Options = ["long=v", "x=w", "on=1"] };
        var arguments = new OneTask(style + ", arguments = [{ name = long, value = v }, { name = x, value = w }, { flag = on }]");

        options.Words().ShouldBe(expected.Split(','));
        arguments.Words().ShouldBe(expected.Split(','));
    }

    [Fact]
    public void A_list_is_given_element_by_element_in_any_style() =>
        new OneTask("value-separator = equals, options { f { type = list } }") { Options = ["f=a,b", "f= "] }.Words().ShouldBe(["--f=a,b", "--f= "]);

    [Fact]
    public void Values_of_all_files_are_joined_each_once() => Task(
        """{ join = "^", each = corr, name = filter, value = "filter={filter}" }""",
        [("filter", "HSC-R")], [("filter", "HSC-I")], [("filter", "HSC-R")]).Words().ShouldBe(["--filter", "filter=HSC-I^HSC-R"]);

    [Theory]
    [InlineData("""{ each = corr, words = ["{path}"] }""")]
    [InlineData("""{ each = corr, join = "^", name = files, value = "{path}" }""")]
    public void Without_a_file_there_is_no_argument(string argument) => Task(argument).Words().ShouldBeEmpty();

    [Fact]
    public void A_joined_value_that_holds_the_joint_is_refused()
    {
        var reason = Task("""{ join = ",", each = corr, words = ["{patch}"] }""", [("patch", "8,6")]).Reason();

        reason.ShouldBe("Warp: the template '{patch}' cannot be filled in: the value '8,6' of 'patch' holds ',', by which values are joined: a program would take it for several");
    }

    [Fact]
    public void Everything_that_a_template_can_name_is_there()
    {
        var task = new OneTask("""
            options { level { type = number, default = 1.5 }, none { type = string }, C { type = flag }, d { type = date, default = 2000-04-28 } }
            inputs { raw { type = calexp }, "sky.map" { type = skymap, match = [patch] } }
            divide-by = [patch]
            outputs { warp { type = warp, pattern = "warp-{patch}-{input.raw.visit}-{job}.{task}.{attempt}.fits" } }
            lists { raws { file = "{patch}.list", input = raw } }
            arguments = [
              "{job}/{task}/{attempt} {step} {node}", "{campaign}:{request}:{unit}:{unit-attempt}", "{level} [{none}] {C} {d}", "{patch}",
              "{input.raw.path} {input.raw.name} {input.raw.id} {input.raw.visit}", "{input.sky.map.path}", "{output.warp}", "{list.raws}", "{{patch}}"
            ]
            """)
        {
            Keys = OneTask.Sorted(("patch", "8,6")),
            Inputs = OneTask.Sorted(
                ("raw", (ImmutableArray<InputFile>)[OneTask.File("raw-1", "/archive/a b.fits", ("visit", "903334"))]),
                ("sky.map", [OneTask.File("7.0.1.map", "7/0.1/map.pickle")])),
            Campaign = new CampaignUnit("PROTO, 0.1", 11, "8,6", 95),
        };

        task.Words().Skip(4).ShouldBe(
            [
                "12/3/2 Warp schmidt", "PROTO, 0.1:11:8,6:95", "1.5 [] false 2000-04-28", "8,6",
                "/archive/a b.fits a b.fits raw-1 903334", "/store/7/0.1/map.pickle", "warp-8,6-903334-12.3.2.fits", "8,6.list", "{patch}",
            ]);
    }

    [Theory]
    [InlineData("\"{campaign}\"", "{campaign} needs a campaign, and the job belongs to none")]
    [InlineData("{ each = corr, words = [\"{visti}\"] }", "the file id-0 has no 'visti', and neither is it a key or an option of the task")]
    [InlineData("\"{input.corr.path}\"", "needs exactly one file of the input 'corr', which has 2")]
    public void What_is_missing_is_said_with_recipe_and_template(string argument, string missing)
    {
        var reason = Task(argument, [("visit", "1")], [("visit", "2")]).Reason();

        reason.ShouldStartWith("Warp: the template '{");
        reason.ShouldContain(missing);
    }

    [Fact]
    public void A_value_that_no_program_can_be_given_is_refused() =>
        Task("""{ each = corr, words = ["{visit}"] }""", [("visit", "a\0b")]).Reason().ShouldContain("a NUL character");

    [Fact]
    public void Values_go_in_unharmed_and_are_never_looked_at_again() => Prop.ForAll(WickedText.Arbitrary, WickedText.Arbitrary, (key, value) =>
    {
        var task = new OneTask("""
            options { o { type = string, on-command-line = false } }
            inputs { corr { type = calexp } }
            divide-by = [patch]
            arguments = ["<{patch}{patch}>", "{o}", { each = corr, words = ["{id}={visit}"] }, { name = patch, value = "{patch}" }]
            """)
        {
            Options = ["o=" + value],
            Keys = OneTask.Sorted(("patch", key)),
            Inputs = OneTask.Sorted(("corr", (ImmutableArray<InputFile>)[OneTask.File(key, "x", ("visit", value))])),
        };

        task.Words().ShouldBe([$"<{key}{key}>", value, $"{key}={value}", "--patch", key]);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void Options_among_the_arguments_go_through_unharmed() => Prop.ForAll(WickedText.Arbitrary, value =>
    {
        var task = new OneTask("options { o { type = string } }, arguments = [first, { options = all }, last]") { Options = ["o=" + value] };

        task.Words().ShouldBe(value.Length == 0 ? ["first", "last"] : ["first", "--o", value, "last"]);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Theory]
    [InlineData("arguments = [a,\n\"{pacth}\"]", 3, "arguments.1", "names {pacth}, which is neither a key that the recipe is divided by nor one of its options; did you mean 'patch'?")]
    [InlineData("arguments = [\"{path}\"]", 2, "arguments.0", "that is known of one file, as with 'each'")]
    [InlineData("arguments = [\"{\"]", 2, "arguments", "encloses no name")]
    [InlineData("arguments = [\"a}b\"]", 2, "arguments", "encloses no name")]
    [InlineData("arguments = [\"{}\"]", 2, "arguments", "encloses no name")]
    [InlineData("arguments = [\"{pars}\"]", 2, "arguments", "an option with several values")]
    [InlineData("arguments = [\"{output.wrap}\"]", 2, "arguments", "there is no output 'wrap'; did you mean 'warp'?")]
    [InlineData("arguments = [\"{output.any}\"]", 2, "arguments", "has wildcards")]
    [InlineData("arguments = [\"{list.x}\"]", 2, "arguments", "there is no list 'x'")]
    [InlineData("arguments = [\"{input.corr}\"]", 2, "arguments", "as in {input.corr.path}")]
    [InlineData("arguments = [\"{input.cor.path}\"]", 2, "arguments", "there is no input 'cor'; did you mean 'corr'?")]
    [InlineData("arguments = [\n{ each = core, words = [x] }]", 3, "each", "names no input of the recipe: 'core'; did you mean 'corr'?")]
    [InlineData("arguments = [{ join = x, words = [x] }]", 2, "join", "needs 'each'")]
    [InlineData("arguments = [{ join = \"\", each = corr, words = [x] }]", 2, "join", "is empty")]
    [InlineData("arguments = [{ words = [x], flag = y }]", 2, "arguments", "exactly one of 'words', 'flag' and 'name'")]
    [InlineData("arguments = [{ words = [x], wrods = y }]", 2, "wrods", "unknown key")]
    [InlineData("arguments = [{ words = [] }]", 2, "words", "is empty")]
    [InlineData("arguments = [{ name = x }]", 2, "value", "is missing")]
    [InlineData("arguments = [[x]]", 2, "arguments", "must be a text, or an object")]
    [InlineData("arguments = [{ options = all }, { options = all }]", 2, "arguments", "once more")]
    [InlineData("arguments = [{ options = some }]", 2, "arguments", "must be { options = all }")]
    [InlineData("value-separator = equals, arguments = [{ name = id, value = [a, b] }]", 2, "value", "cannot all follow '='")]
    [InlineData("hyphens = triple", 2, "hyphens", "double, gnu, none, single")]
    [InlineData("lists { l { file = \"../{patch}\", input = corr } }", 2, "lists.l.file", "'..' is no name of its own")]
    [InlineData("lists { l { file = l, input = cor } }", 2, "lists.l.input", "did you mean 'corr'?")]
    [InlineData("lists { l { file = l, input = corr, columns = [] } }", 2, "lists.l.columns", "is empty")]
    [InlineData("lists { l { file = l, input = corr, columns = [\"{\"] } }", 2, "lists.l.columns", "encloses no name")]
    [InlineData("lists { l { file = l, input = corr, separator = \"\" } }", 2, "lists.l.separator", "must be a text")]
    [InlineData("outputs { o { type = t, pattern = \"{x}.fits\" } }", 2, "outputs.o.pattern", "names {x}")]
    [InlineData("outputs { o { type = t, pattern = \"/abs\" } }", 2, "outputs.o.pattern", "a name is empty")]
    [InlineData("outputs { o { type = t, pattern = \"x\", folder = \"a/../b\" } }", 2, "outputs.o.folder", "no name of its own")]
    [InlineData("outputs { o { type = t, pattern = \"x\", folder = \"a*\" } }", 2, "outputs.o.folder", "wildcard")]
    [InlineData("inputs.corr.folder = \"a//b\"", 2, "inputs.corr.folder", "a name is empty")]
    [InlineData("inputs.corr.rename = \"{visit}\"", 2, "inputs.corr.rename", "needs 'folder'")]
    [InlineData("inputs.corr.unpack = true", 2, "inputs.corr.unpack", "needs 'folder'")]
    [InlineData("inputs.corr { unpack = true, folder = a, rename = b }", 2, "inputs.corr.rename", "nothing to name")]
    [InlineData("inputs.corr { folder = a, rename = \"{output.warp}\" }", 2, "inputs.corr.rename", "cannot name {output.warp} here")]
    public void A_mistake_is_found_before_any_task_runs(string declaration, int line, string key, string problem)
    {
        var error = SampleRecipes.ErrorsOf($$"""
            Warp { command = [warp], divide-by = [patch], inputs { corr { type = calexp } }, options { pars { type = map } }, outputs { warp { type = warp, pattern = "{patch}.fits" }, any { type = any, pattern = "*.fits" } }
            {{declaration}} }
            """).ShouldHaveSingleItem();

        error.ShouldStartWith($"recipes.conf:{line}:");
        error.ShouldContain(key);
        error.ShouldContain(problem);
    }

    private static OneTask Task(string argument, params (string Key, string Value)[][] files) => new($$"""
        inputs { corr { type = calexp } }
        arguments = [{{argument}}]
        """)
    {
        Inputs = OneTask.Sorted(("corr", ImmutableArray.CreateRange(files.Select((metadata, index) => OneTask.File($"id-{index}", $"{index}.fits", metadata))))),
    };
}
