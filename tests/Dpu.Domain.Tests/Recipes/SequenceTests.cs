using Dpu.Domain.Recipes;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Recipes;

public sealed class SequenceTests
{
    [Theory]
    [InlineData("Bias", "Bias")]
    [InlineData("Reduce>Regrid>Coadd", "Reduce>Regrid>Coadd")]
    [InlineData("  Reduce > Regrid\t>Coadd ", "Reduce>Regrid>Coadd")]
    public void Spaces_mean_nothing(string text, string expected) => SampleRecipes.Sequence(text).Text.ShouldBe(expected);

    [Fact]
    public void A_recipe_may_come_more_than_once() =>
        SampleRecipes.Sequence("Null>Null>Null").Steps.Select(step => step.Name).ShouldBe(["Null", "Null-2", "Null-3"]);

    [Fact]
    public void A_made_up_step_name_never_takes_a_recipe_s()
    {
        var catalog = SampleRecipes.Read("A { command = [a] }\nA-2 { command = [b] }");

        SampleRecipes.Sequence("A>A>A-2", catalog).Steps.Select(step => step.Name).ShouldBe(["A", "A-3", "A-2"]);
    }

    [Fact]
    public void An_unknown_recipe_is_refused_with_the_nearest()
    {
        var errors = SampleRecipes.Refused(Sequence.Parse("Redcue>Nothing>Coadd>Redcue", SampleRecipes.Catalog));

        errors.ShouldBe(
        [
            new SubmissionError("unknown-recipe", "There is no recipe 'Redcue'; did you mean 'Reduce'?", null, "Reduce"),
            new SubmissionError("unknown-recipe", "There is no recipe 'Nothing'; 'dpu sequences' lists what there is"),
        ]);
    }

    [Theory]
    [InlineData("", "A sequence names at least one recipe, such as Bias or Reduce>Regrid.")]
    [InlineData("  ", "A sequence names at least one recipe, such as Bias or Reduce>Regrid.")]
    [InlineData("Reduce>", "'Reduce>' lacks a recipe beside a '>': write recipes as in Reduce>Regrid.")]
    [InlineData("Reduce>>Coadd", "'Reduce>>Coadd' lacks a recipe beside a '>': write recipes as in Reduce>Regrid.")]
    public void A_text_that_is_no_sequence_is_refused(string text, string message) =>
        SampleRecipes.Refused(Sequence.Parse(text, SampleRecipes.Catalog)).ShouldBe([new SubmissionError("bad-sequence", message)]);
}
