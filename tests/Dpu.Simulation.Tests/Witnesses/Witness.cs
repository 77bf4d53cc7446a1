using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Simulated;

/// <summary>
/// Looks at the world from the outside, after every step: what is durable in the journal, and what really runs. It knows nothing of the
/// actors. Each thing that must always hold has a witness of its own, which throws as soon as it does not.
/// </summary>
internal sealed class Witness : IWitness
{
    private const int CommitsPerLookAtViews = 16;

    private readonly SimulatedWorld _world;
    private readonly SimulatedStores _stores;
    private readonly ProcessWitness _processes;
    private readonly LogWitness _logs;
    private readonly ViewWitness _views;
    private long _seen;
    private readonly HashSet<(JobId Job, int Task)> _startedAgain = [];
    private int _commits;

    public Witness(SimulatedWorld world, SimulatedStores stores, Func<SimulatedFrontend?> frontend)
    {
        (_world, _stores) = (world, stores);
        Promises = new PromiseWitness(this);
        _processes = new ProcessWitness(world, this);
        History = _processes;
        _logs = new LogWitness(world, stores.Logs, frontend);
        _views = new ViewWitness(stores.Durable.Views);
    }

    public Dictionary<JobId, JobWitness> Jobs { get; } = [];

    /// <summary>What clients were told.</summary>
    public PromiseWitness Promises { get; }

    /// <summary>What the journal says was given to whom.</summary>
    public Dpu.Cluster.Frontend.IAttemptHistory History { get; }

    public int TaskCount { get; private set; }

    public bool AllEnded => _open == 0;

    private int _open;

    /// <summary>Attempts of whose tasks a later one runs.</summary>
    public IEnumerable<AttemptId> Superseded() =>
        from again in _startedAgain
        let task = Jobs[again.Job].Tasks[again.Task]
        where task.Running
        from number in Enumerable.Range(1, task.Attempts - 1)
        select new AttemptId(again.Job, again.Task, number);

    /// <summary>Reads what was committed since the last look.</summary>
    public void Look()
    {
        if (_stores.Durable.Journal.HeadOrdering == _seen)
        {
            return;
        }

        foreach (var entry in InMemory.Completed(_stores.Durable.Journal.ReadAllAsync(_seen, int.MaxValue, CancellationToken.None)))
        {
            _seen = entry.Ordering;
            if (entry.Event is JobEvent @event)
            {
                Take(new JobId(int.Parse(entry.PersistenceId.AsSpan("job-".Length), System.Globalization.CultureInfo.InvariantCulture)), @event);
            }
        }

        if (_world.Terms.ComparesViewsOften && ++_commits % CommitsPerLookAtViews == 0)
        {
            _views.Compare(Jobs);
        }
    }

    /// <summary>A keeper is about to start a process; returns what that holds.</summary>
    public Resources Start(SimulatedHost host, AttemptId attempt)
    {
        Look();
        return _processes.Start(host, attempt);
    }

    /// <summary>A keeper was told that it may forget an event.</summary>
    public void Forget(SimulatedKeeper keeper, LauncherEvent.Numbered forgotten)
    {
        if (forgotten is LauncherEvent.Output output)
        {
            _logs.Forget(keeper, output);
        }
        else if (forgotten is LauncherEvent.Exited or LauncherEvent.LaunchFailed)
        {
            Look();
            var attempt = forgotten.Attempt;
            ViolationException.Unless(
                !Jobs[attempt.Job].IsCurrent(attempt.Task, attempt.Number),
                $"the keeper was told to forget the end of {attempt}, which is not in the journal");
        }
    }

    /// <summary>Jobs that have not ended, and their tasks.</summary>
    public string DescribeOpen() => string.Join(", ", Jobs.Where(job => !job.Value.Ended).Select(job => $"{job.Key} {job.Value.State.Counts}"));

    /// <summary>What must hold when everything has come to rest.</summary>
    public void CheckAtRest()
    {
        Look();
        _views.Compare(Jobs);
        _views.CompareResults(Jobs);
        _processes.CheckAtRest();
        _logs.CheckAtRest();
    }

    private void Take(JobId id, JobEvent @event)
    {
        _world.Tell($"job {id}: {EventText.Of(@event)}");
        if (@event is JobEvent.Submitted submitted)
        {
            ViolationException.Unless(Jobs.TryAdd(id, new JobWitness(submitted)), $"job {id} was submitted twice");
            Promises.Submitted(id, submitted);
            TaskCount += submitted.Plan.TaskCount;
            _open++;
            return;
        }

        var job = Jobs[id];
        var had = job.Ended;
        job.Take(@event);
        _open += (had ? 1 : 0) - (job.Ended ? 1 : 0);
        switch (@event)
        {
            case JobEvent.PrerequisitesMet met:
                ViolationException.Unless(
                    met.Jobs.All(other => Jobs[other].Ends.Contains(JobStatus.Finished)),
                    $"job {id} waits no longer for {string.Join(' ', met.Jobs)}, which never ended FINISHED");
                break;
            case JobEvent.TasksStarted started:
                foreach (var attempt in started.Attempts)
                {
                    _processes.GivenOut(new AttemptId(id, attempt.Task, attempt.Number), started.Node);
                    if (attempt.Number > 1)
                    {
                        _startedAgain.Add((id, attempt.Task));
                    }
                }

                break;
            case JobEvent.TasksEnded ended:
                Check(id, ended.Ends);
                break;
            case JobEvent.TasksHeld held:
                Check(id, held.Ends);
                break;
            case JobEvent.AttemptsLost lost:
                foreach (var attempt in lost.Attempts)
                {
                    _processes.GivenUp(new AttemptId(id, attempt.Task, attempt.Number));
                }

                break;
            default:
                break;
        }
    }

    private void Check(JobId id, IEnumerable<AttemptEnd> ends)
    {
        foreach (var end in ends)
        {
            var attempt = new AttemptId(id, end.Task, end.Number);
            _processes.Ended(attempt, end);
            if (end.Exit is not null)
            {
                _logs.Ended(attempt, end, !Jobs[id].Tasks[end.Task].Step.Rules.Patterns.IsEmpty);
            }
        }
    }
}
