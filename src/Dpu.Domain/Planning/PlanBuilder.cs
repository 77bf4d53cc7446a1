using System.Collections.Immutable;
using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>Builds a plan step by step.</summary>
internal sealed class PlanBuilder
{
    private readonly PlanRequest _request;
    private readonly RowTable _rows;
    private readonly GroupMaker _groupMaker;
    private readonly FileTable _files = new();
    private readonly PlanErrors _errors = new();
    private readonly ListedFiles _listed;
    private readonly List<StepDraft> _drafts = [];

    /// <summary>The draft that each step of the sequence is part of.</summary>
    private readonly List<StepDraft> _draftOf = [];
    private int _taskCount;

    public PlanBuilder(PlanRequest request)
    {
        _request = request;
        _listed = new ListedFiles(request, _errors);
        _rows = new RowTable(SelectedRows(), mayRecur: request.Sequence.Pipeline?.Query is RowQuery.Plugin);
        _groupMaker = new GroupMaker(request, _rows, _errors);
    }

    public Checked<PlannedJob> Build()
    {
        CheckChain();
        for (var step = 0; step < _request.Sequence.Steps.Length && (step > 0 || !_errors.Any) && Add(step); step++)
        {
        }

        return _errors.Any
            ? new Checked<PlannedJob>.Refused(_errors.ToImmutable())
            : new Checked<PlannedJob>.Accepted(new PlannedJob(
                new JobPlan(_files.Files, [.. _drafts.Select(draft => draft.ToPlan(_request.MemoryBytes))]),
                [.. _drafts.Select(draft => draft.ExpectedTime.TotalSeconds * Rounds(draft.Count, draft.Resources.Cpus))]));
    }

    /// <summary>Each recipe of a chain must make something that the next one reads. Pipelines are checked where they are declared.</summary>
    private void CheckChain()
    {
        foreach (var (before, step) in _request.Sequence.Steps.Zip(_request.Sequence.Steps.Skip(1)).Where(_ => _request.Sequence.Pipeline is null))
        {
            if (step.Recipe.DividedInput is { } input && !input.Types.Any(before.Recipe.Makes))
            {
                var made = Wording.And([.. before.Recipe.Outputs.Select(output => output.Type).Distinct(StringComparer.Ordinal)]);
                _errors.Add("chain", SubmissionErrors.CannotChain, $"{step.Name} cannot follow {before.Name}: it reads {Wording.Or(input.Types)}, but {before.Name} makes {made}.");
            }
        }
    }

    /// <summary>Whether there is something for later steps to build upon.</summary>
    private bool Add(int index)
    {
        var step = _request.Sequence.Steps[index];
        var before = step.SameTask ? _drafts[^1] : null;
        var groups = _groupMaker.Make(index, [.. _draftOf.Select(draft => draft.Groups)], before?.First ?? _taskCount);
        if (groups.Groups.IsEmpty || !CanShare(step, groups, before))
        {
            return false;
        }

        var draft = before ?? new StepDraft(_drafts.Count, groups, _taskCount);
        if (before is null)
        {
            _drafts.Add(draft);
            _taskCount += draft.Count;
        }

        _draftOf.Add(draft);
        Fill(draft, step, index);
        return true;
    }

    /// <summary>Steps of one task have the same groups.</summary>
    private bool CanShare(SequenceStep step, StepGroups groups, StepDraft? before)
    {
        if (before is null || groups.Groups.Select(Told).SequenceEqual(before.Groups.Groups.Select(Told)))
        {
            return true;
        }

        _errors.Add(
            "same-task",
            SubmissionErrors.KeyNotUnique,
            $"{step.Name} runs in the same task as {before.Name}, but is not divided alike: {Wording.Tasks(groups.Groups.Length)} instead of {before.Count}, or on other files.");
        return false;
    }

    private ImmutableArray<InputRow> SelectedRows()
    {
        var conditions = InputSelection.ConditionsOnRows(_request.Sequence, _request.Options);
        var selected = _request.Rows.Where(row => conditions.All(condition => row.Fits(condition))).ToImmutableArray();
        if (selected.IsEmpty && _request.Sequence.Pipeline is { Query: not null } pipeline)
        {
            _errors.Add("rows", EmptySelection.OfQuery(pipeline, conditions, _request.Rows));
        }

        return selected;
    }

    private static (KeyTuple Keys, KeyTuple Values, string Rows) Told(PlannedGroup group) =>
        (new KeyTuple([.. group.Keys.Keys]), new KeyTuple([.. group.Keys.Values]), string.Join(' ', group.Rows));

    private void Fill(StepDraft draft, SequenceStep step, int index)
    {
        var recipe = step.Recipe;
        var options = _request.Options.Steps[index];
        var inputs = recipe.Inputs.Select((input, i) => (Input: input, Source: step.Sources[i])).Where(part => !IsInside(draft, part.Source)).ToImmutableArray();
        draft.Add(
            step,
            recipe.CommandFor(step.Name, options),
            inputs.Select(part => RuleFor(part.Input, part.Source)));
        var finders = recipe.MatchedInputs.Select((input, i) => FinderOf(index, input, step.Sources[i + 1])).OfType<IInputFinder>().ToImmutableArray();
        var joined = inputs.Select(part => part.Source).OfType<InputSource.Steps>().SelectMany(source => source.Indexes).Concat(step.After).Distinct()
            .Select(source => _draftOf[source]).Distinct().Where(source => source != draft).ToImmutableArray();
        CheckJoined(draft, step, inputs);
        foreach (var group in draft.Groups.Groups)
        {
            var files = inputs.ToDictionary(part => part.Input.Name, part => FilesOf(part.Input, part.Source, group, recipe, finders), StringComparer.Ordinal);
            draft.Give(group.Task - draft.First, files, joined.SelectMany(source => source.Groups.JoinedWith(group)));
        }
    }

    /// <summary>An input that comes from steps beside the divided one needs a task of theirs that shares a row.</summary>
    private void CheckJoined(StepDraft draft, SequenceStep step, IEnumerable<(RecipeInput Input, InputSource Source)> inputs)
    {
        foreach (var (input, source) in inputs.Where(part => part.Input != step.Recipe.DividedInput && !part.Input.Optional))
        {
            if (source is InputSource.Steps from && draft.Groups.Groups.FirstOrDefault(group => !from.Indexes.Any(index => _draftOf[index].Groups.JoinedWith(group).Any())) is { } alone)
            {
                var makers = Wording.Or([.. from.Indexes.Select(index => _request.Sequence.Steps[index].Name)]);
                _errors.Add($"{step.Name}.{input.Name} joined", SubmissionErrors.InputMissing, $"{Wording.Task(step.Name, alone)} needs a {input.Name}, but no task of {makers} shares a row with it.");
            }
        }
    }

    /// <summary>Whether an input is made by a step of the same task: it lies in the work directory already.</summary>
    private bool IsInside(StepDraft draft, InputSource source) =>
        source is InputSource.Steps steps && steps.Indexes.All(index => index < _draftOf.Count && _draftOf[index] == draft);

    private InputRule RuleFor(RecipeInput input, InputSource source) => source is InputSource.Steps steps
        ? input.RuleFor(input.Types) with { UpstreamSteps = [.. steps.Indexes.Select(index => _draftOf[index].Index).Distinct()] }
        : input.RuleFor([]);

    private IInputFinder? FinderOf(int step, RecipeInput input, InputSource source) => source switch
    {
        InputSource.OfCatalog => new InputMatcher(
            _request.Sequence.Steps[step].Name, input, _listed.Among(step, input, _request.CandidatesOf(step, input).Files).Select(InputRow.Of), _request.Catalog, _errors),
        InputSource.OfRows when input.Match.IsEmpty => new RowJoiner(_request.Sequence.Steps[step], input, QueriedRows(step, input), _errors),
        InputSource.OfRows => new InputMatcher(_request.Sequence.Steps[step].Name, input, QueriedRows(step, input), _request.Catalog, _errors),
        _ => null,
    };

    private ImmutableArray<InputRow> QueriedRows(int step, RecipeInput input)
    {
        var selection = InputSelection.For(_request.Sequence.Steps[step].Recipe, input, _request.Options.Steps[step]);
        return [.. _rows.Queried.Select(row => _rows[row]!).Where(row => row.Fits(selection))];
    }

    private ImmutableArray<int> FilesOf(RecipeInput input, InputSource source, PlannedGroup group, Recipe recipe, ImmutableArray<IInputFinder> finders) => source switch
    {
        InputSource.Steps => [],
        _ when input == recipe.DividedInput => _files.IndexesOf(group.Files),
        _ => _files.IndexesOf(finders.First(finder => finder.Input == input).FilesFor(group)),
    };

    private int Rounds(int tasks, int cpusEach) => Estimator.Rounds(tasks, cpusEach, _request.Cpus);
}
