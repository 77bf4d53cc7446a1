using Dpu.Domain.Recipes;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Recipes;

public sealed class PipelineReaderTests
{
    [Fact]
    public void A_step_is_its_recipe_with_what_it_says_otherwise()
    {
        var catalog = SamplePipelines.Read("""
            night {
              description = "a night"
              options { instrument { short = i, type = string, required = true }, commit { type = flag } }
              steps {
                reduce { recipe = Reduce, divide-by = [chip, filter], resources { memory = 1 GiB }, inputs { hot = null }, set { pars { a = 1 } } }
                sum    { recipe = Coadd, inputs { regridded { from = reduce } } }
              }
            }
            """);

        var steps = catalog.FindPipeline("night")!.Steps;
        steps.Select(step => (step.Name, step.Recipe.Name)).ShouldBe([("reduce", "Reduce"), ("sum", "Coadd")]);
        steps[0].Recipe.DivideBy.ShouldBe(["chip", "filter"]);
        steps[0].Recipe.Resources.MemoryBytes.ShouldBe(1 << 30);
        steps[0].Recipe.ExpectedTime.ShouldBe(TimeSpan.FromSeconds(20));
        steps[0].Recipe.Inputs.Select(input => input.Name).ShouldBe(["science", "bias", "flat"]);
        steps[0].Fixed["pars"].Json.ShouldBe("""{"a":1}""");
        steps[0].Sources.ShouldAllBe(source => source == InputSource.Catalog);
        steps[1].Sources.ShouldHaveSingleItem().ShouldBeOfType<InputSource.Steps>().Indexes.ShouldBe([0]);
    }

    [Fact]
    public void A_pipeline_s_options_reach_its_steps_by_name()
    {
        var catalog = SamplePipelines.Read("""
            night {
              options { instrument { short = i, type = string, required = true }, commit { short = C, type = flag } }
              steps { reduce { recipe = Reduce, set { pars { a = "1,2" } } }, regrid { recipe = Regrid, set { scale = 0.5 } } }
            }
            """);
        var sequence = SampleRecipes.Sequence("night", catalog);

        var options = SampleRecipes.Accepted(OptionParser.Parse(sequence, ["-i", "W,FI", "-C"]));

        options.Steps[0].Arguments.ShouldBe(["--instrument", "W,FI", "--pars", """{"a":"1,2"}""", "--commit"]);
        options.Steps[1].Arguments.ShouldBe(["--instrument", "W,FI", "--scale", "0.5", "--commit"]);
        options.Pipeline!.Arguments.ShouldBe(["--instrument", "W,FI", "--commit"]);
        options.IsSet("commit").ShouldBeTrue();
        SampleRecipes.Refused(OptionParser.Parse(sequence, ["-i", "WFI", "--scale", "1"])).ShouldHaveSingleItem().Message.ShouldBe(
            "night has no option 'scale'; 'dpu options \"night\"' lists them");
        SampleRecipes.Refused(OptionParser.Parse(sequence, [])).ShouldHaveSingleItem().Code.ShouldBe("option-missing");
    }

    [Fact]
    public void A_pipeline_stands_alone_and_is_suggested_by_name()
    {
        var catalog = SamplePipelines.Read("night { steps { a { recipe = \"Null\" } } }");

        SampleRecipes.Refused(Sequence.Parse("night>Null", catalog)).ShouldBe(
            [new SubmissionError("cannot-chain", "night is a pipeline and cannot be chained: run it alone, as in 'dpu run night'.")]);
        SampleRecipes.Refused(Sequence.Parse("nigth", catalog)).ShouldHaveSingleItem().Suggestion.ShouldBe("night");
    }

    [Theory]
    [InlineData("p { steps { } }", "dpu.pipelines.p.steps", "is empty; a pipeline has at least one step")]
    [InlineData("p { steps { a { recipe = Nul } } }", "1:26: dpu.pipelines.p.steps.a.recipe", "names no recipe: 'Nul'; did you mean 'Null'?")]
    [InlineData("p { steps { a { recipe = Bias, inputs { raws { from = rows } } } } }", "1:55: dpu.pipelines.p.steps.a.inputs.raws.from", "is rows, but the pipeline has no query")]
    [InlineData("p { steps { a { recipe = \"Null\" }, b { recipe = \"Null\", after = aa } } }", "1:65: dpu.pipelines.p.steps.b.after", "names no step before this one: 'aa'; did you mean 'a'?")]
    [InlineData("p { steps { a { recipe = \"Null\", after = b }, b { recipe = \"Null\" } } }", "1:42: dpu.pipelines.p.steps.a.after", "names no step before this one: 'b'; it is the first one")]
    [InlineData("p { steps { a { recipe = DomeFlat }, b { recipe = Coadd, inputs { regridded { from = a } } } } }", "1:86: dpu.pipelines.p.steps.b.inputs.regridded.from", "names a, which makes no regridded or reduced")]
    [InlineData("p { steps { a { recipe = DomeFlat }, b { recipe = Coadd } } }", "dpu.pipelines.p.steps.b", "does not say where its input 'regridded' comes from")]
    [InlineData("p { steps { a { recipe = Bias } } }", "dpu.pipelines.p.steps.a", "needs its option 'instrument': set it here, or declare an option of that name for the pipeline")]
    [InlineData("p { steps { a { recipe = Bias, set { instument = WFI } } } }", "1:50: dpu.pipelines.p.steps.a.set.instument", "sets no option of a; did you mean 'instrument'?")]
    [InlineData("p { steps { a { recipe = \"Null\", set { seconds = soon } } } }", "1:50: dpu.pipelines.p.steps.a.set.seconds", "expected a number")]
    [InlineData("p { options { x { type = string } }, steps { a { recipe = \"Null\" } } }", "dpu.pipelines.p.options", "declares 'x', which no step and no query takes")]
    [InlineData("p { steps { rows { recipe = \"Null\" } } }", "dpu.pipelines.p.steps.rows", "cannot be a step's name: 'rows' stands for the rows of the query")]
    [InlineData("p { query { }, steps { a { recipe = \"Null\" } } }", "dpu.pipelines.p.query", "needs either command, a program that prints rows, or type")]
    [InlineData("p { query { command = [q], time = 0 s }, steps { a { recipe = \"Null\" } } }", "1:35: dpu.pipelines.p.query.time", "expected more than 0 s")]
    [InlineData("p { steps { a { recipe = \"Null\", same-task = true } } }", "1:46: dpu.pipelines.p.steps.a.same-task", "cannot be true here: there is no step before")]
    [InlineData("p { steps { a { recipe = DomeFlat }, b { recipe = \"Null\", same-taks = true } } }", "1:59", "unknown key dpu.pipelines.p.steps.b.same-taks; did you mean dpu.pipelines.p.steps.b.same-task?")]
    [InlineData("Bias { steps { a { recipe = \"Null\" } } }", "1:1: dpu.pipelines.Bias", "has the name of a recipe")]
    public void A_wrong_declaration_is_told_with_file_line_and_key(string text, string place, string problem)
    {
        var error = SamplePipelines.ErrorsOf(text).ShouldHaveSingleItem();
        error.ShouldStartWith("pipelines.conf:");
        error.ShouldContain(place);
        error.ShouldContain(problem);
    }
}
