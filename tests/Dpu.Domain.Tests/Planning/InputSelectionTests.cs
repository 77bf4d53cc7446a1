using Dpu.Domain.Catalog;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Dpu.Domain.Tests.Recipes;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Planning;

public sealed class InputSelectionTests
{
    [Fact]
    public void Options_select_the_divided_input_and_narrow_what_must_match_it() =>
        Ask("Reduce", "-i", "WFI", "-c", "ccd5?", "-f", "#842", "-d", "2000-04-28").ShouldBe(
        [
            "0.science raw-science instrument=WFI chip=ccd5? date=2000-04-28 filter=#842",
            "0.bias bias instrument=WFI chip=ccd5?",
            "0.flat master-flat instrument=WFI chip=ccd5? filter=#842",
            "0.hot hot-pixels instrument=WFI chip=ccd5?",
        ]);

    [Fact]
    public void An_empty_option_selects_nothing() => Ask("Bias", "-i", "WFI", "c=").ShouldBe(["0.raws raw-bias instrument=WFI"]);

    [Fact]
    public void Later_steps_ask_for_matched_inputs_only() =>
        Ask("Coadd>SourceList", "-f", "#842").ShouldBe(["0.regridded regridded|reduced filter=#842", "1.mask mask "]);

    [Fact]
    public void A_recipe_without_inputs_asks_nothing() => Ask("Null>Null").ShouldBeEmpty();

    [Fact]
    public void Only_committed_files_are_asked_for() =>
        InputSelection.For(SampleRecipes.Sequence("Bias"), SampleRecipes.Options("Bias", "-i", "WFI"), SampleFiles.Scope)[0].Selection.CommittedOnly.ShouldBeTrue();

    [Fact]
    public void Everything_that_is_asked_for_is_within_the_jobs_scope_and_so_is_what_a_refusal_is_made_of()
    {
        var sequence = SampleRecipes.Sequence("Reduce>Coadd>SourceList");
        var queries = InputSelection.For(sequence, SampleRecipes.Accepted(OptionParser.Parse(sequence, ["-i", "WFI"])), SampleFiles.Scope);

        queries.Length.ShouldBeGreaterThan(2);
        queries.ShouldAllBe(query => query.Selection.Scope == SampleFiles.Scope);
        queries.Select(query => InputSelection.OfSameTypes(query.Selection)).ShouldAllBe(selection => selection.Scope == SampleFiles.Scope && selection.Conditions.IsEmpty);
    }

    [Fact]
    public void An_option_may_choose_among_the_types()
    {
        var catalog = SampleRecipes.Read("""
            S {
              command = [s]
              options { type { short = t, type = string, default = coadd, select { input = image, key = type } } }
              inputs { image { type = [coadd, reduced, raw-science] } }
            }
            """);

        Ask("S", catalog).ShouldBe(["0.image coadd "]);
        Ask("S", catalog, "-t", "r*").ShouldBe(["0.image reduced|raw-science "]);
        Ask("S", catalog, "-t", "bias").ShouldBe(["0.image bias "]);
    }

    private static string[] Ask(string sequence, params string[] options) => Ask(sequence, SampleRecipes.Catalog, options);

    private static string[] Ask(string sequence, RecipeCatalog catalog, params string[] options)
    {
        var steps = SampleRecipes.Sequence(sequence, catalog);
        return [.. InputSelection.For(steps, SampleRecipes.Accepted(OptionParser.Parse(steps, options)), SampleFiles.Scope).Select(Shown)];
    }

    private static string Shown(InputQuery query) =>
        $"{query.Step}.{query.Input} {string.Join('|', query.Selection.Types)} {string.Join(' ', query.Selection.Conditions.Select(Shown))}";

    private static string Shown(FileCondition condition) => $"{condition.Key}={condition.Pattern}";
}
