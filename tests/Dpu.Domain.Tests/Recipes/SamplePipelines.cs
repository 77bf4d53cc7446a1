using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Dpu.Domain.Tests.Planning;
using Dpu.Hocon;
using Shouldly;

namespace Dpu.Domain.Tests.Recipes;

/// <summary>Pipelines in the form in which they are declared, rows, and plans made of both.</summary>
internal static class SamplePipelines
{
    public static Declared<RecipeCatalog> Declare(string pipelines, string recipes = SampleRecipes.Text) => PipelineCatalogReader.Read(
        HoconParser.ParseString(pipelines, "pipelines.conf"),
        HoconParser.ParseString(recipes, "recipes.conf"),
        SampleRecipes.Read(recipes),
        RetryRules.Once);

    public static RecipeCatalog Read(string pipelines, string recipes = SampleRecipes.Text) => Declare(pipelines, recipes) switch
    {
        Declared<RecipeCatalog>.Valid { Value: var catalog } => catalog,
        Declared<RecipeCatalog>.Invalid { Errors: var errors } => throw new ShouldAssertException(string.Join('\n', errors)),
        _ => throw new InvalidOperationException("A declaration is valid or not."),
    };

    public static ImmutableArray<string> ErrorsOf(string pipelines) => Declare(pipelines).ShouldBeOfType<Declared<RecipeCatalog>.Invalid>().Errors;

    /// <summary>A row of a file that has this metadata of its own beside.</summary>
    public static InputRow Row(CatalogFile file, params (string Key, string Value)[] values) =>
        new(file, file.Metadata.SetItems(values.Select(pair => KeyValuePair.Create(pair.Key, MetadataValue.Of(pair.Value)))));

    public static Checked<PlannedJob> Try(RecipeCatalog catalog, string pipeline, IEnumerable<InputRow> rows, CatalogFile[]? files = null, params string[] options)
    {
        var sequence = SampleRecipes.Sequence(pipeline, catalog);
        var parsed = SampleRecipes.Accepted(OptionParser.Parse(sequence, options));
        var candidates = InputSelection.For(sequence, parsed, SampleFiles.Scope).Select(query => SampleFiles.Answer(query, files ?? [])).ToImmutableArray();
        return Planner.Plan(new PlanRequest(sequence, parsed, candidates, catalog, 2) { Rows = [.. rows] });
    }

    public static JobPlan Plan(RecipeCatalog catalog, string pipeline, IEnumerable<InputRow> rows, CatalogFile[]? files = null, params string[] options) =>
        SampleRecipes.Accepted(Try(catalog, pipeline, rows, files, options)).Plan;

    public static ImmutableArray<SubmissionError> Errors(RecipeCatalog catalog, string pipeline, IEnumerable<InputRow> rows, CatalogFile[]? files = null, params string[] options) =>
        SampleRecipes.Refused(Try(catalog, pipeline, rows, files, options));
}
