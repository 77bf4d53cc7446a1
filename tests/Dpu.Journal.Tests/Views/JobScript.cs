using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Journal.Views;

namespace Dpu.Journal.Tests.Views;

/// <summary>A seeded history of several jobs, made by the real decider: whatever can happen to jobs happens in some seed.</summary>
internal sealed class JobScript
{
    private static readonly Guid Launcher = new("11111111-2222-3333-4444-555555555555");
    private static readonly StepRules Rules = StepRules.Usual with { Retry = new RetryRules(2, 3, 2, 2, 2, NodeLosses: 3, MemoryFactor: 2, MemoryBytesMax: 1000) };

    private readonly Random _random;
    private readonly Dictionary<int, JobState> _states = [];
    private DateTimeOffset _now = new(2000, 4, 28, 23, 59, 0, TimeSpan.Zero);

    public JobScript(int seed, int jobs, int commands)
    {
        _random = new Random(seed);
        for (var job = 1; job <= jobs; job++)
        {
            Do(job, new JobCommand.Submit(new JobId(job), Spec(job), Plan()));
        }

        for (var count = 0; count < commands; count++)
        {
            var job = 1 + _random.Next(jobs);
            Do(job, NextCommand(_states[job]));
        }
    }

    /// <summary>Who appended what, in order.</summary>
    public List<(string PersistenceId, long Expected, JobEvent Event)> Events { get; } = [];

    /// <summary>What the events of each job make of it.</summary>
    public IReadOnlyDictionary<int, JobState> States => _states;

    private void Do(int job, JobCommand command)
    {
        _now += TimeSpan.FromMilliseconds(_random.Next(5000));
        var state = _states.GetValueOrDefault(job, JobState.Empty);
        if (JobDecider.Decide(state, command, _now) is JobDecision.Accepted accepted)
        {
            foreach (var item in accepted.Events)
            {
                Events.Add((JobPersistenceId.Of(new JobId(job)), Events.Count(other => other.PersistenceId == JobPersistenceId.Of(new JobId(job))), item));
                state = JobEvolution.Apply(state, item);
            }

            _states[job] = state;
        }
    }

    private JobCommand NextCommand(JobState state) => _random.Next(20) switch
    {
        < 9 => new JobCommand.Assign($"node{_random.Next(2)}", Launcher, Some(Enumerable.Range(0, state.Cells.Length).Where(task => state.Cells[task].Startable))),
        < 17 => new JobCommand.ReportEnds("node0", [.. Some(state.Running.Keys).Select(task => Report(state, task))]),
        < 18 => new JobCommand.ReportLost("node1", [.. Some(state.Running.Keys).Select(task => new TaskAttempt(task, state.Running[task].Number))], "it's silent"),
        _ when state.Ended => new JobCommand.RetryJob("somebody", $"again-{Events.Count}", new RetryRequest(_random.Next(2) == 0 ? 500 : null, [], new RecipeCatalog([]), new Resources(1, 1000))),
        _ => _random.Next(8) switch
        {
            0 => new JobCommand.CancelJob("somebody", _random.Next(2) == 0),
            < 3 => new JobCommand.HoldJob("somebody", "wait"),
            < 6 => new JobCommand.ReleaseJob("somebody"),
            6 => new JobCommand.ChangePriority("somebody", _random.Next(3)),
            _ => new JobCommand.PrerequisiteEnded(new JobId(1), (JobStatus)_random.Next((int)JobStatus.Finished, (int)JobStatus.Cancelled + 1)),
        },
    };

    private ImmutableArray<int> Some(IEnumerable<int> tasks) => [.. tasks.Order().Where(_ => _random.Next(3) > 0)];

    private AttemptReport Report(JobState state, int task)
    {
        var attempt = new TaskAttempt(task, state.Running[task].Number);
        var cause = _random.Next(4) == 0 ? (FailureCause?)_random.Next(1, 6) : null;
        var exit = _random.Next(5) == 0
            ? null
            : new AttemptExit(EndReason.Exited, cause is null ? 0 : 1, null, _now.AddSeconds(-1.5), _now, _random.NextDouble(), _random.Next(1 << 20), MemorySource.Sampled, 7);
        var id = string.Create(CultureInfo.InvariantCulture, $"{state.Id}.{task}.{attempt.Number}.reduced");
        return new AttemptReport(
            attempt,
            cause,
            cause is null ? "" : $"It failed: '{cause}'",
            exit,
            ["raw-1", "raw-2"],
            cause is null && _random.Next(2) == 0 ? [new OutputFile(id, "reduced", $"{id}.fits", 2880, "", "reduced", true, Chip(task), ["raw-1"])] : [])
        {
            Findings = _random.Next(3) == 0 ? [Found("seeing"), Found("seeing"), Found("oom, 'quoted'")] : [],
            Hold = _random.Next(4) == 0 ? "seeing" : null,
        };
    }

    private LogFinding Found(string pattern) => new(pattern, FindingLevel.Warning, _now.AddSeconds(-1), $"{pattern} \"{_random.Next(9)}\"", _random.Next(1, 9));

    private JobSpec Spec(int job) => new(
        "Reduce>Coadd", $"user{job % 2}", _random.Next(3), ["tag"], _random.Next(2) == 0, _random.NextDouble(), $"key-{job}", "f00d")
    {
        After = job > 1 && _random.Next(3) == 0 ? [new JobId(1)] : [],
    };

    /// <summary>Either lines of <c>exec</c>, or chips that are reduced one by one, then coadded together.</summary>
    private JobPlan Plan()
    {
        var count = _random.Next(1, 12);
        if (_random.Next(3) == 0)
        {
            return new JobPlan([], [Step("echo", null, 0, count, new StepWork.Exec(["echo"], TaskLines.Pack(Enumerable.Range(0, count).Select(line => $"{line}"))))]);
        }

        var reduce = Enumerable.Range(0, count).Select(task => new TaskGroup(Keys(task), ImmutableSortedDictionary<string, ImmutableArray<int>>.Empty, [])).ToImmutableArray();
        var coadd = new TaskGroup(ImmutableSortedDictionary<string, string>.Empty, ImmutableSortedDictionary<string, ImmutableArray<int>>.Empty, [.. Enumerable.Range(0, count)]);
        return new JobPlan([], [Step("Reduce", "Reduce", 0, count, Groups(reduce)), Step("Coadd", "Coadd", count, 1, Groups([coadd]))]);
    }

    private static StepWork.Groups Groups(ImmutableArray<TaskGroup> tasks) => new(
        [new StepCommand("science", "Science", ["science"], [], [], ImmutableSortedDictionary<string, string>.Empty)], [InputRule.InPlace("science", [])], [], tasks);

    private static StepPlan Step(string name, string? recipe, int first, int count, StepWork work) =>
        new(name, recipe, first, count, new Resources(1, 400), TimeSpan.FromSeconds(1.5), work) { Rules = Rules };

    private static ImmutableSortedDictionary<string, string> Keys(int task) =>
        ImmutableSortedDictionary<string, string>.Empty.Add("chip", string.Create(CultureInfo.InvariantCulture, $"ccd{50 + task}"));

    private static ImmutableSortedDictionary<string, MetadataValue> Chip(int task) =>
        ImmutableSortedDictionary<string, MetadataValue>.Empty.Add("chip", MetadataValue.Of(string.Create(CultureInfo.InvariantCulture, $"ccd{50 + task}")));
}
