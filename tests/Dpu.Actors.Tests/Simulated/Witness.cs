using System.Text;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Journal.Store;
using Dpu.Journal.Views;

namespace Dpu.Actors.Tests.Simulated;

/// <summary>
/// Looks at the world from the outside, after every step: what is durable in the journal, and what really runs. It knows nothing of the
/// actors. Throws as soon as something does not hold that must always hold.
/// </summary>
internal sealed class Witness
{
    private const int CommitsPerLookAtViews = 16;

    private readonly SimulatedKeeper _keeper;
    private readonly MemoryStore _store;
    private readonly MemoryLogStore _logs;
    private readonly Resources _capacity;
    private readonly Action<string> _tell;
    private readonly Dictionary<(string User, string Key), JobId> _keys = [];
    private readonly HashSet<AttemptId> _started = [];
    private long _seen;
    private int _commits;

    public Witness(SimulatedKeeper keeper, MemoryStore store, MemoryLogStore logs, Resources capacity, Action<string> tell)
    {
        (_keeper, _store, _logs, _capacity, _tell) = (keeper, store, logs, capacity, tell);
        keeper.OnStart = Start;
        keeper.OnForget = Forget;
    }

    public Dictionary<JobId, JobWitness> Jobs { get; } = [];

    /// <summary>Log chunks that can be read but are not durable; they go when the service dies.</summary>
    public Func<IEnumerable<LogChunk>> PendingLogs { get; set; } = static () => [];

    /// <summary>Whether a settled attempt's lines must be readable at once: not while the log store fails.</summary>
    public bool LogsNeverFailed { get; set; } = true;

    public bool AllEnded => Jobs.Values.All(job => job.Ended);

    /// <summary>Whether a later attempt of the same task runs.</summary>
    public bool IsSuperseded(AttemptId attempt) => Jobs[attempt.Job].Tasks[attempt.Task] is { Running: true } task && task.Attempts > attempt.Number;

    /// <summary>Reads what was committed since the last look.</summary>
    public void Look()
    {
        if (_store.Journal.HeadOrdering == _seen)
        {
            return;
        }

        foreach (var entry in Completed(_store.Journal.ReadAllAsync(_seen, int.MaxValue, CancellationToken.None)))
        {
            _seen = entry.Ordering;
            if (entry.Event is JobEvent @event)
            {
                Take(new JobId(int.Parse(entry.PersistenceId["job-".Length..], System.Globalization.CultureInfo.InvariantCulture)), @event);
            }
        }

        if (++_commits % CommitsPerLookAtViews == 0)
        {
            CompareViews();
        }
    }

    /// <summary>A client was told that its submission is durable.</summary>
    public void Acknowledged(string user, string key, JobId job)
    {
        Look();
        ViolationException.Unless(Jobs.ContainsKey(job), $"job {job} was acknowledged and is not in the journal");
        ViolationException.Unless(_keys[(user, key)] == job, $"key {key} was acknowledged as job {job} and belongs to job {_keys[(user, key)]}");
    }

    /// <summary>A client was told that its job is cancelled.</summary>
    public void Cancelled(JobId job)
    {
        Look();
        ViolationException.Unless(Jobs[job].WasCancelled, $"the cancellation of job {job} was acknowledged and is not in the journal");
    }

    /// <summary>A client was told that its job runs again.</summary>
    public void Reopened(JobId job, string key)
    {
        Look();
        ViolationException.Unless(Jobs[job].Reopened.Contains(key), $"that job {job} runs again was acknowledged and is not in the journal");
    }

    /// <summary>A client was told that its job is held, or is not any more.</summary>
    public void Held(JobId job, bool held)
    {
        Look();
        ViolationException.Unless(Jobs[job].Held == held || Jobs[job].Ended, $"job {job} was acknowledged to be held: {held}, and the journal tells otherwise");
    }

    /// <summary>What must hold when everything has come to rest.</summary>
    public void CheckAtRest()
    {
        Look();
        CompareViews();
        ViolationException.Unless(_keeper.Alive.Count == 0, "a process outlived every job");
        foreach (var (attempt, recipe) in _keeper.History)
        {
            var lines = LinesOf(attempt, []);
            ViolationException.Unless(
                recipe.MayHaveLostLines ? recipe.Lines.Take(lines.Count).SequenceEqual(lines) : recipe.Lines.SequenceEqual(lines),
                $"{attempt} wrote [{string.Join('|', recipe.Lines)}], its log holds [{string.Join('|', lines)}]");
        }

        foreach (var (id, job) in Jobs)
        {
            foreach (var result in Completed(_store.Views.GetResultsAsync(id, CancellationToken.None)))
            {
                var maker = result.File.MadeBy!.Value;
                var task = job.Tasks[maker.Task];
                ViolationException.Unless(
                    maker.Job == id && task.Outcome == TaskState.Normal && task.Attempts == maker.Number,
                    $"{result.File.Id} is visible, and {maker} is not the accepted attempt");
            }
        }
    }

    private static T Completed<T>(Task<T> task) => task.IsCompleted ? task.GetAwaiter().GetResult() : throw new ViolationException("the store in memory made somebody wait");

    private static T Completed<T>(ValueTask<T> task) => Completed(task.AsTask());

    private void Take(JobId id, JobEvent @event)
    {
        _tell($"job {id}: {Describe(@event)}");
        if (@event is JobEvent.Submitted submitted)
        {
            ViolationException.Unless(Jobs.TryAdd(id, new JobWitness(submitted)), $"job {id} was submitted twice");
            ViolationException.Unless(_keys.TryAdd((submitted.Spec.User, submitted.Spec.IdempotencyKey), id), $"key {submitted.Spec.IdempotencyKey} made two jobs");
            return;
        }

        Jobs[id].Take(@event);
        switch (@event)
        {
            case JobEvent.PrerequisitesMet met:
                ViolationException.Unless(
                    met.Jobs.All(job => Jobs[job].Ends.Contains(JobStatus.Finished)),
                    $"job {id} waits no longer for {string.Join(' ', met.Jobs)}, which never ended FINISHED");
                break;
            case JobEvent.TasksStarted started:
                foreach (var attempt in started.Attempts)
                {
                    ViolationException.Unless(
                        !_keeper.Alive.Keys.Any(alive => alive.Job == id && alive.Task == attempt.Task),
                        $"attempt {id}/{attempt.Task}/{attempt.Number} was given out while another one of its task runs");
                }

                break;
            case JobEvent.TasksEnded ended:
                foreach (var end in ended.Ends)
                {
                    CheckEnd(new AttemptId(id, end.Task, end.Number), end);
                }

                break;
            case JobEvent.TasksHeld held:
                foreach (var end in held.Ends)
                {
                    CheckEnd(new AttemptId(id, end.Task, end.Number), end);
                }

                break;
            case JobEvent.AttemptsLost lost:
                foreach (var attempt in lost.Attempts)
                {
                    ViolationException.Unless(
                        !_keeper.Alive.ContainsKey(new AttemptId(id, attempt.Task, attempt.Number)),
                        $"{id}/{attempt.Task}/{attempt.Number} was given up for lost and runs");
                }

                break;
            default:
                break;
        }
    }

    private void CheckEnd(AttemptId attempt, AttemptEnd end)
    {
        ViolationException.Unless(!_keeper.Alive.ContainsKey(attempt), $"{attempt} was told to have ended and runs");
        if (end.Exit is null)
        {
            return;
        }

        var recipe = _keeper.History[attempt];
        ViolationException.Unless(recipe.Exit == end.Exit, $"{attempt} ended with {recipe.Exit}, the journal has {end.Exit}");
        if (LogsNeverFailed && !Jobs[attempt.Job].Tasks[attempt.Task].Step.Rules.Patterns.IsEmpty)
        {
            // The first pattern fits every line.
            var found = end.Findings.FirstOrDefault(finding => finding.Pattern == "any")?.Count ?? 0;
            ViolationException.Unless(recipe.Lines.Count == found, $"{attempt} wrote {recipe.Lines.Count} lines, {found} of them were found");
        }

        if (LogsNeverFailed)
        {
            var lines = LinesOf(attempt, PendingLogs());
            ViolationException.Unless(
                recipe.Lines.SequenceEqual(lines),
                $"{attempt} wrote [{string.Join('|', recipe.Lines)}], its log shows [{string.Join('|', lines)}] after its end");
        }
    }

    private void Start(AttemptId attempt)
    {
        Look();
        _tell($"{attempt} is started");
        ViolationException.Unless(
            Jobs.TryGetValue(attempt.Job, out var job) && job.IsCurrent(attempt.Task, attempt.Number),
            $"{attempt} was started, and the journal does not say so");
        ViolationException.Unless(_started.Add(attempt), $"{attempt} was started twice");
        ViolationException.Unless(
            !_keeper.Alive.Keys.Any(alive => alive.Job == attempt.Job && alive.Task == attempt.Task),
            $"{attempt} was started while another one of its task runs");
        var held = _keeper.Alive.Keys.Append(attempt).Select(ResourcesOf).ToList();
        ViolationException.Unless(
            held.Sum(need => need.Cpus) <= _capacity.Cpus && held.Sum(need => need.MemoryBytes) <= _capacity.MemoryBytes,
            $"the node was given more than it has when {attempt} was started");
    }

    private Resources ResourcesOf(AttemptId attempt) => Jobs[attempt.Job].Tasks[attempt.Task].Resources;

    private void Forget(LauncherEvent.Numbered forgotten)
    {
        Look();
        var attempt = forgotten.Attempt;
        switch (forgotten)
        {
            case LauncherEvent.Exited or LauncherEvent.LaunchFailed:
                ViolationException.Unless(
                    !Jobs[attempt.Job].IsCurrent(attempt.Task, attempt.Number),
                    $"the keeper was told to forget the end of {attempt}, which is not in the journal");
                break;
            case LauncherEvent.Output output:
                ViolationException.Unless(
                    ChunksOf(attempt).Any(chunk => chunk.Incarnation == _keeper.Incarnation && chunk.SequenceNr == output.SequenceNr),
                    $"the keeper was told to forget a line of {attempt} which is not durable");
                break;
            default:
                break;
        }
    }

    private IReadOnlyList<LogChunk> ChunksOf(AttemptId attempt) =>
        Completed(_logs.ReadAsync(LogSelection.Of(attempt), LogCursor.Start, int.MaxValue, CancellationToken.None)).Chunks;

    private List<string> LinesOf(AttemptId attempt, IEnumerable<LogChunk> pending)
    {
        var chunks = ChunksOf(attempt).Concat(pending.Where(chunk => chunk.Attempt == attempt)).DistinctBy(chunk => (chunk.Incarnation, chunk.SequenceNr));
        return [.. chunks.Select(chunk => Encoding.UTF8.GetString(chunk.Bytes.Span).TrimEnd('\n'))];
    }

    private void CompareViews()
    {
        foreach (var (id, job) in Jobs)
        {
            var details = Completed(_store.Views.GetJobAsync(id, CancellationToken.None)) ?? throw new ViolationException($"the views do not know job {id}");
            ViolationException.Unless(
                details.Job.Status == job.State.Status && details.Job.Counts == job.Counts && details.Job.EndedAt == job.State.EndedAt,
                $"the views show job {id} as {details.Job.Status} {details.Job.Counts}, the journal tells {job.State}");
            var shown = Completed(_store.Views.GetTasksAsync(id, new TaskFilter(), CancellationToken.None));
            for (var task = 0; task < job.Tasks.Count; task++)
            {
                ViolationException.Unless(
                    shown[task].State == Shown(job.Tasks[task]) && shown[task].Attempts.Length == job.Tasks[task].Attempts,
                    $"the views show task {id}/{task} as {shown[task].State}, the journal tells {Shown(job.Tasks[task])}");
            }
        }
    }

    private static TaskViewState Shown(TaskWitness task) => task switch
    {
        { Outcome: TaskState.Normal } => TaskViewState.Normal,
        { Outcome: TaskState.Error } => TaskViewState.Error,
        { Outcome: TaskState.Aborted } => TaskViewState.Aborted,
        { Unknown: true } => TaskViewState.Unknown,
        { Held: true } => TaskViewState.Held,
        { Running: true } => TaskViewState.Running,
        _ => TaskViewState.Submitted,
    };

    private static string Describe(JobEvent @event) => @event switch
    {
        JobEvent.Submitted submitted => $"submitted {submitted.Spec.Sequence}, {submitted.Plan.TaskCount} tasks",
        JobEvent.TasksStarted started => $"started {string.Join(' ', started.Attempts.Select(a => $"{a.Task}/{a.Number}"))}",
        JobEvent.TasksEnded ended => $"ended {string.Join(' ', ended.Ends.Select(e => $"{e.Task}/{e.Number}:{e.Cause?.ToString() ?? "ok"}{(e.Retry ? "+" : "")}"))}",
        JobEvent.AttemptsLost lost => $"lost {string.Join(' ', lost.Attempts.Select(a => $"{a.Task}/{a.Number}"))}",
        JobEvent.TasksAborted aborted => $"aborted {string.Join(' ', aborted.Tasks.Select(r => $"{r.First}-{r.End - 1}"))}",
        JobEvent.CancelRequested cancel => $"cancelled, force: {cancel.Force}",
        JobEvent.TasksReopened reopened => $"opened again {string.Join(' ', reopened.Tasks.Select(r => $"{r.First}-{r.End - 1}"))}, {reopened.Changes.Length} changes",
        JobEvent.PrerequisitesMet met => $"need not wait for {string.Join(' ', met.Jobs)}",
        _ => @event.ToString(),
    };
}
