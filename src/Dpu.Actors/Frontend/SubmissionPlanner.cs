using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Catalog;
using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Dpu.Journal.Catalog;
using Dpu.Journal.Views;

namespace Dpu.Actors.Frontend;

/// <summary>A submission that can run.</summary>
public sealed record PlannedSubmission(string Sequence, JobPlan Plan, ImmutableArray<double> StepSeconds, double EstimatedSeconds, bool Commit)
{
    /// <summary>How long each step should take, and from where that is known.</summary>
    public ImmutableArray<StepEstimate> Estimates { get; init; } = [];
}

/// <summary>
/// Checks a submission at the door and plans it: everything that can be known to be wrong is said here, all of it at once.
/// The decisions are <see cref="Sequence"/>, <see cref="OptionParser"/> and <see cref="Planner"/>; this only brings them the catalog's files.
/// </summary>
/// <param name="recipes">What can be run.</param>
/// <param name="files">What it can be run on.</param>
/// <param name="views">Tells when the catalog is up to date, and what earlier tasks took.</param>
/// <param name="nodes">Nodes that are configured or can be started: what fits none of them can never run.</param>
/// <param name="usualRetry">How often a task of <c>exec</c> is tried; recipes have their own rules.</param>
/// <param name="unavailable">Why a recipe cannot run here, or null.</param>
/// <param name="queries">The plug-in queries of pipelines.</param>
public sealed class SubmissionPlanner(
    RecipeCatalog recipes,
    ICatalog files,
    IViews views,
    INodeShapes nodes,
    RetryRules usualRetry,
    Func<Recipe, string?> unavailable,
    IPluginQueries queries)
{
    private const int InputFilesMax = 1_000_000;
    private const int SampleSize = 200;

    /// <summary>The recipes of versions and of shipped code; null where nobody can ask for them.</summary>
    public IRecipeShelf? Shelf { get; init; }

    /// <summary>The plan, or every reason against it. Files that it needs and the catalog did not know are registered when this completes.</summary>
    /// <exception cref="Kernel.Persistence.JournalException">The catalog cannot be read, or not be written.</exception>
    public Task<Checked<PlannedSubmission>> PlanAsync(Submission submission, CancellationToken cancellationToken) =>
        PlanAsync(submission, register: true, cancellationToken);

    /// <summary>The same for somebody who only wants to know: nothing is registered.</summary>
    /// <inheritdoc cref="PlanAsync(Submission, CancellationToken)"/>
    public Task<Checked<PlannedSubmission>> PreviewAsync(Submission submission, CancellationToken cancellationToken) =>
        PlanAsync(submission, register: false, cancellationToken);

    private async Task<Checked<PlannedSubmission>> PlanAsync(Submission submission, bool register, CancellationToken cancellationToken)
    {
        var planned = submission switch
        {
            Submission.OfRecipes sequence => await PlanAsync(sequence, register, cancellationToken),
            Submission.OfCommand command => await PlanAsync(command, cancellationToken),
            _ => throw new InvalidOperationException($"There is no submission {submission.GetType().Name}."),
        };
        return planned.TryGet(out var accepted, out _)
            ? new Checked<PlannedSubmission>.Accepted(await EstimateAsync(accepted, submission, cancellationToken))
            : planned;
    }

    /// <summary>
    /// What earlier tasks took is believed before what recipes say; and what the user says before either, of one task of a command or of a whole sequence.
    /// </summary>
    private async Task<PlannedSubmission> EstimateAsync(PlannedSubmission planned, Submission submission, CancellationToken cancellationToken)
    {
        var kinds = new PlanKinds(planned.Plan);
        var history = submission is Submission.OfCommand { ExpectedSeconds: > 0 }
            ? ImmutableDictionary<TaskKind, TaskFigures>.Empty
            : await views.GetTaskFiguresAsync(kinds.All, cancellationToken);
        var estimated = Estimator.Estimate(planned.Plan, kinds, kind => history.GetValueOrDefault(kind), nodes.Known.CpusForEstimates());
        return planned with
        {
            Plan = estimated.Plan,
            StepSeconds = [.. estimated.Steps.Select(step => step.Seconds)],
            EstimatedSeconds = (submission as Submission.OfRecipes)?.EstimatedSeconds ?? estimated.Seconds,
            Estimates = estimated.Steps,
        };
    }

    private async Task<Checked<PlannedSubmission>> PlanAsync(Submission.OfRecipes asked, bool register, CancellationToken cancellationToken)
    {
        if (!RecipesFor(asked, cancellationToken).TryGet(out var set, out var errors)
            || !Sequence.Parse(asked.Sequence, set.Catalog).TryGet(out var sequence, out errors)
            || !Available(sequence, set).TryGet(out _, out errors)
            || !Options(sequence, asked).TryGet(out var options, out errors)
            || !GivenParameters.Check(sequence, options, set.Catalog).TryGet(out _, out errors))
        {
            return new Checked<PlannedSubmission>.Refused(errors);
        }

        // What a finished job committed a moment ago must be found.
        await views.CaughtUpAsync(cancellationToken);
        if (!(await FindRowsAsync(sequence, options, asked.Scope, cancellationToken)).TryGet(out var rows, out errors))
        {
            return new Checked<PlannedSubmission>.Refused(errors);
        }

        var candidates = await FindInputsAsync(InputSelection.For(sequence, options, asked.Scope), cancellationToken);
        var request = new PlanRequest(sequence, options, candidates, set.Catalog, nodes.Known.CpusForEstimates(), asked.MemoryBytes) { Rows = rows.Rows };
        if (!Planner.Plan(request).TryGet(out var planned, out errors)
            || !(await FitsAsync(planned.Plan, cancellationToken)).TryGet(out _, out errors)
            || !Has(planned.Plan, asked).TryGet(out _, out errors))
        {
            return new Checked<PlannedSubmission>.Refused(errors);
        }

        if (register && !rows.Fresh.IsEmpty)
        {
            await queries.RegisterAsync(rows.Fresh, cancellationToken);
        }

        return new Checked<PlannedSubmission>.Accepted(new PlannedSubmission(
            sequence.Text,
            WithinLargestNode(planned.Plan),
            planned.StepSeconds,
            asked.EstimatedSeconds ?? planned.EstimatedSeconds,
            options.IsSet("commit")));
    }

    private async Task<Checked<PlannedSubmission>> PlanAsync(Submission.OfCommand asked, CancellationToken cancellationToken)
    {
        var rules = StepRules.Usual with
        {
            Placement = Placement.Anywhere with { Hosts = asked.Hosts },
            MaxPerNode = asked.MaxPerNode,
            ExpectedSeconds = asked.ExpectedSeconds,
        };
        if (!ExecPlanner.Plan(asked.Command, asked.Lines, asked.Resources, wallTime: null, rules).TryGet(out var plan, out var errors)
            || !(await FitsAsync(plan, cancellationToken)).TryGet(out _, out errors))
        {
            return new Checked<PlannedSubmission>.Refused(errors);
        }

        // How long it takes is estimated for all plans alike.
        return new Checked<PlannedSubmission>.Accepted(new PlannedSubmission("exec", WithinLargestNode(TriedAsUsual(plan)), [0], 0, Commit: false));
    }

    private JobPlan TriedAsUsual(JobPlan plan) => WithRetries(plan, _ => usualRetry);

    /// <summary>The cap on memory is part of the plan, so that whoever decides about an attempt need not know the nodes.</summary>
    private JobPlan WithinLargestNode(JobPlan plan) => nodes.Known is { IsEmpty: false } known ? WithRetries(plan, retry => retry.Within(known.Largest())) : plan;

    private static JobPlan WithRetries(JobPlan plan, Func<RetryRules, RetryRules> change) => plan with
    {
        Steps = [.. plan.Steps.Select(step => step with { Rules = step.Rules with { Retry = change(step.Rules.Retry) } })],
    };

    private static Checked<SequenceOptions> Options(Sequence sequence, Submission.OfRecipes asked) =>
        asked.Options is { } values ? OptionParser.Parse(sequence, values) : OptionParser.Parse(sequence, asked.Arguments);

    private Checked<RecipeSet> RecipesFor(Submission asked, CancellationToken cancellationToken) => asked is { Version: null, Code: null }
        ? new Checked<RecipeSet>.Accepted(new RecipeSet(recipes, unavailable))
        : (Shelf ?? throw new InvalidOperationException("There is no shelf for other recipes than the usual ones.")).Find(asked.Version, asked.Code, cancellationToken);

    private static Checked<Sequence> Available(Sequence sequence, RecipeSet set)
    {
        var errors = sequence.Steps
            .Select(step => set.WhyUnavailable(step.Recipe) is { } reason ? new SubmissionError("recipe-unavailable", reason) : null)
            .OfType<SubmissionError>()
            .Distinct()
            .ToImmutableArray();
        return errors.IsEmpty ? new Checked<Sequence>.Accepted(sequence) : new Checked<Sequence>.Refused(errors);
    }

    private Checked<JobPlan> Has(JobPlan plan, Submission asked)
    {
        var known = nodes.Known;
        var unknownTags = known.IsEmpty ? [] : PlanDemands.UnknownTags(plan, known.Tags());
        var errors = unknownTags.Concat(asked.Campaign is null ? PlanDemands.CampaignNames(plan) : []).ToImmutableArray();
        return errors.IsEmpty ? new Checked<JobPlan>.Accepted(plan) : new Checked<JobPlan>.Refused(errors);
    }

    private async Task<Checked<JobPlan>> FitsAsync(JobPlan plan, CancellationToken cancellationToken)
    {
        var known = nodes.Known;
        var misfits = plan.Steps.Select((step, index) => (Step: step, Index: index, Why: known.WhyNot(step))).Where(misfit => misfit.Why is not null).ToList();
        if (misfits.Count == 0)
        {
            return new Checked<JobPlan>.Accepted(plan);
        }

        // Only a refusal is worth the question what such tasks have used so far.
        var used = misfits.Exists(misfit => misfit.Why is Misfit.Memory)
            ? await views.GetLargestAsync(plan, cancellationToken)
            : ImmutableDictionary<int, TaskFigures>.Empty;
        var errors = misfits.Select(misfit => Describe(misfit.Step, misfit.Why!, used.GetValueOrDefault(misfit.Index))).OfType<SubmissionError>().ToImmutableArray();
        return errors.IsEmpty ? new Checked<JobPlan>.Accepted(plan) : new Checked<JobPlan>.Refused(errors);
    }

    private SubmissionError? Describe(StepPlan step, Misfit why, TaskFigures? used)
    {
        switch (why)
        {
            case Misfit.Cpus cpus:
                return new SubmissionError("too-large", string.Create(
                    CultureInfo.InvariantCulture, $"{step.Name} needs {step.Resources.Cpus} cpus; the largest node{WithTags(step)} has {cpus.Most}."));
            case Misfit.Memory memory:
                var (sentence, suggestion) = MemoryAdvice.TooMuch(step, step.Resources.MemoryBytes, memory.MostBytes, used);
                return new SubmissionError("too-large", $"{sentence}: {suggestion}.");
            case Misfit.Tags when step.Rules.Placement.Tags.All(nodes.Known.Tags().Contains):
                return new SubmissionError(
                    SubmissionErrors.UnknownTag, $"{step.Name} runs only on nodes that have all the tags {string.Join(", ", step.Rules.Placement.Tags)}, and no configured node has them all.");
            case Misfit.Tags:
                // Told with the nearest match, by who knows the tags.
                return null;
            default:
                throw new InvalidOperationException($"There is no misfit {why.GetType().Name}.");
        }
    }

    private static string WithTags(StepPlan step) =>
        step.Rules.Placement.Tags.IsEmpty ? "" : $" with {(step.Rules.Placement.Tags.Length == 1 ? "the tag" : "the tags")} {string.Join(", ", step.Rules.Placement.Tags)}";

    private async Task<Checked<QueriedRows>> FindRowsAsync(Sequence sequence, SequenceOptions options, FileScope scope, CancellationToken cancellationToken)
    {
        if (sequence.Pipeline?.Query is RowQuery.Plugin plugin)
        {
            return await queries.RunAsync(sequence.Text, plugin, options.Pipeline!.Arguments, scope, cancellationToken);
        }

        var found = InputSelection.ForRows(sequence, options, scope) is { } selection ? await files.SelectAsync(selection, InputFilesMax, cancellationToken) : [];
        return new Checked<QueriedRows>.Accepted(new QueriedRows([.. found.Select(InputRow.Of)], []));
    }

    private async Task<ImmutableArray<InputCandidates>> FindInputsAsync(ImmutableArray<InputQuery> asked, CancellationToken cancellationToken)
    {
        var candidates = ImmutableArray.CreateBuilder<InputCandidates>();
        foreach (var query in asked)
        {
            var found = await files.SelectAsync(query.Selection, InputFilesMax, cancellationToken);
            var sample = found.IsEmpty
                ? await files.SelectAsync(InputSelection.OfSameTypes(query.Selection), SampleSize, cancellationToken)
                : [];
            candidates.Add(new InputCandidates(query, found, sample));
        }

        return candidates.ToImmutable();
    }
}
