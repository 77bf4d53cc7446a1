using System.Collections.Immutable;
using System.Text.Json;
using Dpu.Client.Contracts;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Explaining;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Domain.Users;
using Dpu.Fits;
using Dpu.Journal.Views;
using RecipeOption = Dpu.Client.Contracts.RecipeOption;

namespace Dpu.Service.Http;

/// <summary>Rows of views as records of the API. No decisions here.</summary>
internal static class ApiMapping
{
    public static JobSummary Summary(JobRow row) => new(
        row.Job.Value,
        row.Sequence,
        row.User,
        StatusOf(row.Status),
        Counts(row.Counts),
        row.SubmittedAt,
        row.StartedAt,
        row.EndedAt)
    {
        Priority = row.Priority,
        HeldBy = row.HeldBy,
        HeldBecause = string.IsNullOrEmpty(row.HeldBecause) ? null : row.HeldBecause,
        Project = row.Context.Project,
        Privileges = PrivilegeNames.TextOf(row.Context.Privileges),
        CodeSha256 = row.CodeSha256,
    };

    public static string StatusOf(JobStatus status) => status.ToString().ToUpperInvariant();

    public static JobCounts Counts(TaskCounts counts) => new(counts.Normal, counts.Error, counts.Aborted, counts.Submitted, counts.Unknown);

    public static StepDetail Step(StepRow row) => new(row.Name, Counts(row.Counts));

    /// <summary>Null when nothing was found.</summary>
    public static IReadOnlyList<FindingSummary>? Findings(ImmutableArray<FindingCount> counts) =>
        counts.IsEmpty ? null : [.. counts.Select(count => new FindingSummary(count.Step, count.Pattern, LevelOf(count.Level), count.Lines, count.Attempts))];

    public static TaskDetail Task(TaskRow row, IReadOnlyList<string>? lastLines, Func<int, AttemptRow, KnownPhase?> phaseOf, StepPlan? step = null) => new(
        row.Task,
        row.StepName,
        row.Keys,
        row.State.ToString(),
        [.. row.Attempts.Select(attempt => Attempt(attempt, phaseOf(row.Task, attempt)))],
        lastLines,
        step?.Rules.Placement.HostOf(row.Task - step.First),
        step?.Work is StepWork.Exec { Lines: { } lines } ? lines[row.Task - step.First] : null)
    {
        Message = row.Message.Length == 0 ? null : row.Message,
    };

    public static NodeTask NodeTask(GivenAttempt running, KnownPhase? phase) =>
        new(running.Attempt.Job.Value, running.Attempt.Task, running.Attempt.Number, running.Step, running.User, running.Row.StartedAt) { Phase = phase is null ? null : Phase(phase) };

    public static FileRecord File(CatalogFile file, string store, bool main) => new(
        file.Id,
        Path.Combine(store, file.Path),
        file.Type,
        file.SizeBytes,
        file.Sha256,
        Metadata(file.Metadata),
        file.MadeBy?.ToString(),
        file.Name,
        main,
        file.Committed)
    {
        Owner = file.Owner,
        Project = file.Context.Project,
        Privileges = PrivilegeNames.TextOf(file.Context.Privileges),
        CodeSha256 = file.CodeSha256,
    };

    public static IReadOnlyDictionary<string, ApiValue> Metadata(ImmutableSortedDictionary<string, MetadataValue> metadata) =>
        metadata.ToDictionary(pair => pair.Key, pair => Value(pair.Value), StringComparer.Ordinal);

    public static MetadataValue? ToMetadata(FitsValue value) => value.Kind switch
    {
        FitsValueKind.Logical => MetadataValue.Of(value.Text == "T"),
        FitsValueKind.Integer or FitsValueKind.Real when value.TryGetDouble(out var number) => MetadataValue.Of(number),
        FitsValueKind.None => null,
        _ => MetadataValue.Of(value.Text.TrimEnd()),
    };

    public static RecipeOptions Options(OptionTaker taker, RecipeCatalog recipes) => new(taker.Name, [.. taker.Options.Select(Option)])
    {
        Parameters = [.. taker.Parameters.Select(parameter => new RecipeParameter(parameter.Name, parameter.Default, parameter.Help))],
        Variants = SequenceWords.NamesOfVariants(taker.Name, recipes),
    };

    public static ProblemItem Error(SubmissionError error) => new(error.Code, error.Message, error.Option, error.Suggestion);

    private static ApiValue Value(MetadataValue value) => value switch
    {
        MetadataValue.OfNumber number => ApiValue.Of(number.Value),
        MetadataValue.OfTruth truth => ApiValue.Of(truth.Value),
        _ => ApiValue.Of(value.Text),
    };

    private static RecipeOption Option(Domain.Recipes.RecipeOption option) => new(
        option.Name,
        option.ShortName,
        TypeOf(option.Type),
        JsonDocument.Parse(option.Default.Json).RootElement.Clone(),
        option.Required,
        option.Help);

    /// <summary>The word that declarations of recipes use.</summary>
    private static string TypeOf(OptionType type) => type switch
    {
        OptionType.Text => "string",
        OptionType.WholeNumber => "integer",
        OptionType.Number => "number",
        OptionType.Flag => "flag",
        OptionType.Date => "date",
        OptionType.Map => "map",
        OptionType.List => "list",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown type of option"),
    };

    private static AttemptDetail Attempt(AttemptRow row, KnownPhase? phase) => new(
        row.Number,
        row.Node,
        row.StartedAt,
        row.EndedAt,
        row.ExitCode,
        row.Cause?.ToString().ToLowerInvariant(),
        row.MaxRssBytes ?? 0,
        row.CpuSeconds ?? 0,
        row.Message.Length == 0 ? null : row.Message,
        MemorySource: null,
        row.Signal,
        row.State.ToString(),
        row.Findings.IsEmpty ? null : [.. row.Findings.Select(Found)])
    {
        MemoryBytes = row.MemoryBytes,
        StagingInSeconds = row.StagingInSeconds,
        SavingSeconds = row.SavingSeconds,
        Phase = phase is null ? null : Phase(phase),
    };

    private static PhaseInfo Phase(KnownPhase known) => new(PhaseWords.NameOf(known.Phase.Stage))
    {
        Since = known.Phase.Since,
        Files = known.Phase.Files is { Total: > 0 } files ? new PhaseFiles(files.Done, files.Total, files.BytesDone, files.BytesTotal) : null,
        AsOf = known.CutOffSince,
    };

    private static Client.Contracts.Finding Found(LogFinding finding) => new(finding.Pattern, LevelOf(finding.Level), finding.At, finding.Line, finding.Count);

    private static string LevelOf(FindingLevel level) => level.ToString().ToLowerInvariant();
}
