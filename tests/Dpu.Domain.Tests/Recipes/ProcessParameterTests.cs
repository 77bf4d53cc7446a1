using System.Text.Json;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Hocon;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Recipes;

public sealed class ProcessParameterTests
{
    private static readonly RecipeCatalog Catalog = Read("""
        dpu.programs.pack {
          bias.parameters { "Bias.process_params.SIGMA_CLIP" { default = "5.0", help = "clipping" } }
          flat.parameters { "Flat.process_params.SIGMA_CLIP" { default = "3.0" }, "Flat.process_params.COMBINE" { default = mean } }
          "null" { parameters {} }
        }
        dpu.recipes {
          Bias { command = [pack, bias], options { pars { short = p, type = map } }, variants { other { command = [pack, flat, fast] } } }
          Flat { command = [pack, flat], options { pars { short = p, type = map } }, parameters { "Flat.process_params.COMBINE" { default = median } } }
          Null { command = [pack, "null"], options { pars { short = p, type = map } } }
          Script { command = [script], options { pars { short = p, type = map } } }
        }
        dpu.pipelines.Both {
          options { pars { short = p, type = map } }
          steps { a { recipe = Bias }, b { recipe = Flat } }
        }
        """);

    [Fact]
    public void A_recipe_has_the_parameters_that_its_program_tells_under_its_own()
    {
        Of("Bias").ShouldBe(["Bias.process_params.SIGMA_CLIP=5.0"]);
        Of("Bias:other").ShouldBe(["Flat.process_params.COMBINE=mean", "Flat.process_params.SIGMA_CLIP=3.0"]);
        Of("Flat").ShouldBe(["Flat.process_params.COMBINE=median", "Flat.process_params.SIGMA_CLIP=3.0"]);
        Of("Null").ShouldBeEmpty();
        Catalog.Find("Script")!.Parameters.ShouldBeNull();
    }

    [Fact]
    public void They_are_told_with_the_options()
    {
        SampleRecipes.Sequence("Bias>Script", Catalog).Takers.Select(taker => taker.Parameters.Length).ShouldBe([1, 0]);
        SampleRecipes.Sequence("Both", Catalog).Takers.Single().Parameters.Select(parameter => parameter.Name)
            .ShouldBe(["Bias.process_params.SIGMA_CLIP", "Flat.process_params.COMBINE", "Flat.process_params.SIGMA_CLIP"]);
    }

    [Theory]
    [InlineData("Bias", "Bias.process_params.SIGMA_CLIP")]
    [InlineData("Bias", "Flat.process_params.COMBINE")]
    [InlineData("Bias>Script", "ANYTHING")]
    [InlineData("Null", "Flat.process_params.COMBINE")]
    public void What_some_recipe_has_is_taken_and_anything_where_one_does_not_say(string sequence, string name) => Check(sequence, name).ShouldBeOfType<Checked<SequenceOptions>.Accepted>();

    [Theory]
    [InlineData("Bias", "Bias.process_params.SIGMA_CLOP", "did you mean 'Bias.process_params.SIGMA_CLIP'?")]
    [InlineData("Flat>Bias", "Flat.process_params.SIGMACLIP", "did you mean 'Flat.process_params.SIGMA_CLIP'?")]
    [InlineData("Bias", "8,6", "'dpu options \"Bias\" --pars' lists them")]
    [InlineData("Both", "Both.COMBINE", "'dpu options \"Both\" --pars' lists them")]
    public void What_no_recipe_has_is_refused_once_with_the_nearest(string sequence, string name, string hint)
    {
        var error = SampleRecipes.Refused(Check(sequence, name)).ShouldHaveSingleItem();

        (error.Code, error.Option).ShouldBe(("unknown-parameter", "pars"));
        error.Message.ShouldContain($"'{name}'");
        error.Message.ShouldContain(hint);
    }

    private static Checked<SequenceOptions> Check(string text, string name)
    {
        var sequence = SampleRecipes.Sequence(text, Catalog);
        using var given = JsonDocument.Parse(JsonSerializer.Serialize(new { p = new Dictionary<string, string> { [name] = "1" } }));
        return GivenParameters.Check(sequence, SampleRecipes.Accepted(OptionParser.Parse(sequence, given.RootElement)), Catalog);
    }

    private static IEnumerable<string> Of(string recipe) => Catalog.Find(recipe)!.Parameters!.Values.Select(parameter => $"{parameter.Name}={parameter.Default}");

    private static RecipeCatalog Read(string text) =>
        RecipeDeclarations.Of(HoconParser.ParseString(text, "site.conf"), allowOthers: true).Read(RetryRules.Once).ShouldBeOfType<Declared<RecipeCatalog>.Valid>().Value;
}
