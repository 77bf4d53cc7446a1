using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Dpu.Domain.Tests.Recipes;
using Dpu.Domain.Users;

namespace Dpu.Domain.Tests.Planning;

/// <summary>A catalog in memory, and plans made of it.</summary>
internal static class SampleFiles
{
    public static readonly DateTimeOffset Then = new(2000, 4, 28, 23, 0, 0, TimeSpan.Zero);

    public static readonly FileScope Scope = new("jane", WorkContext.Usual);

    public static CatalogFile File(string id, string type, params (string Key, string Value)[] metadata) => new(
        id,
        id + ".fits",
        "/archive/" + id + ".fits",
        2880,
        new string('0', 64),
        type,
        metadata.ToImmutableSortedDictionary(pair => pair.Key, pair => MetadataValue.Of(pair.Value), StringComparer.Ordinal),
        null,
        true,
        Then);

    public static CatalogFile Science(string id, string chip, string filter = "#842", string instrument = "WFI", string night = "2000-04-28") =>
        File(id, "raw-science", ("instrument", instrument), ("chip", chip), ("filter", filter), ("date", night), ("object", "CDF4_B_1"));

    public static CatalogFile Bias(string id, string chip, string instrument = "WFI") =>
        File(id, "bias", ("instrument", instrument), ("chip", chip));

    public static CatalogFile Flat(string id, string chip, string filter = "#842", string instrument = "WFI") =>
        File(id, "master-flat", ("instrument", instrument), ("chip", chip), ("filter", filter));

    /// <summary>All that Reduce needs for these chips, and one science frame of each.</summary>
    public static CatalogFile[] Night(params string[] chips) =>
        [.. chips.SelectMany(chip => new[] { Science("s-" + chip, chip), Bias("b-" + chip, chip), Flat("f-" + chip, chip) })];

    public static Checked<PlannedJob> Try(string sequence, string[] options, CatalogFile[] files, RecipeCatalog? catalog = null, int cpus = 2, long? memoryBytes = null)
    {
        catalog ??= SampleRecipes.Catalog;
        var steps = SampleRecipes.Sequence(sequence, catalog);
        var parsed = SampleRecipes.Accepted(OptionParser.Parse(steps, options));
        var candidates = InputSelection.For(steps, parsed, Scope).Select(query => Answer(query, files)).ToImmutableArray();
        return Planner.Plan(new PlanRequest(steps, parsed, candidates, catalog, cpus, memoryBytes));
    }

    public static PlannedJob Plan(string sequence, string[] options, CatalogFile[] files, RecipeCatalog? catalog = null, int cpus = 2, long? memoryBytes = null) =>
        SampleRecipes.Accepted(Try(sequence, options, files, catalog, cpus, memoryBytes));

    public static ImmutableArray<SubmissionError> Errors(string sequence, string[] options, CatalogFile[] files, RecipeCatalog? catalog = null) =>
        SampleRecipes.Refused(Try(sequence, options, files, catalog));

    public static StepWork.Groups Groups(this JobPlan plan, int step) => (StepWork.Groups)plan.Steps[step].Work;

    /// <summary>Ids of the files of an input of a task.</summary>
    public static string[] Ids(this JobPlan plan, int step, int group, string input) =>
        [.. plan.Groups(step).Tasks[group].Inputs[input].Select(index => plan.Files[index].Id)];

    /// <summary><c>chip=ccd50 ← 0,1</c> for each task of a step.</summary>
    public static string[] Shape(this JobPlan plan, int step) =>
    [
        .. plan.Groups(step).Tasks.Select(task =>
            string.Join(' ', task.Keys.Select(pair => $"{pair.Key}={pair.Value}")) + (task.Upstream.IsEmpty ? "" : " ← " + string.Join(',', task.Upstream))),
    ];

    public static InputCandidates Answer(InputQuery query, CatalogFile[] files)
    {
        var ofType = files.Where(file => query.Selection.Types.Contains(file.Type)).ToImmutableArray();
        var found = ofType.Where(file => query.Selection.Conditions.All(condition =>
            file.Metadata.GetValueOrDefault(condition.Key) is { } value && Wildcard.Matches(condition.Pattern, value.Text)) && query.Selection.Query?.Matches(file) != false).ToImmutableArray();
        return new InputCandidates(query, found, found.IsEmpty ? ofType : []);
    }
}
