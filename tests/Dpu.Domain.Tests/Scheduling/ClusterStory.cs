using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;

namespace Dpu.Domain.Tests.Scheduling;

/// <summary>A cluster whose tasks take as long as the test says: what the scheduler proposes begins at once, and ends by itself.</summary>
internal sealed class ClusterStory(SchedulingPolicy? policy = null)
{
    private readonly PriorityQueue<Action, (DateTimeOffset At, long Order)> _events = new();
    private long _order;

    public SchedulerBench Bench { get; } = new(policy);

    /// <summary>How long a task really takes, whatever was expected.</summary>
    public Func<JobId, int, double> Seconds { get; init; } = static (_, _) => 60;

    /// <summary>Why a task fails on a node; null when it ends normally.</summary>
    public Func<JobId, int, string, FailureCause?> Fault { get; init; } = static (_, _, _) => null;

    /// <summary>Looked at after every plan.</summary>
    public Action<ClusterStory> Look { get; init; } = static _ => { };

    public Dictionary<(JobId Job, int Task), DateTimeOffset> Started { get; } = [];

    public Dictionary<(JobId Job, int Task), DateTimeOffset> Ended { get; } = [];

    public List<(JobId Job, int Task, string Node)> Failed { get; } = [];

    public double Hours => (Bench.Now - SchedulerBench.Start).TotalHours;

    public double SecondsSince(DateTimeOffset then) => (Bench.Now - then).TotalSeconds;

    public void At(double seconds, Action happens) => _events.Enqueue(happens, (SchedulerBench.Start.AddSeconds(seconds), _order++));

    /// <summary>Until nothing is left to happen, or the time is over.</summary>
    public void Run(double seconds = 1e9)
    {
        var end = SchedulerBench.Start.AddSeconds(seconds);
        while (_events.TryPeek(out _, out var next) && next.At <= end)
        {
            Bench.Now = next.At;
            Bench.Scheduler.Advance(Bench.Now);
            while (_events.TryPeek(out var happens, out var same) && same.At == next.At)
            {
                _events.Dequeue();
                happens();
            }

            Plan();
        }
    }

    private void Plan()
    {
        foreach (var given in Bench.Plan())
        {
            foreach (var task in given.Tasks)
            {
                Begin(given.Job, task, given.Node);
            }
        }

        if (Bench.LookAgainAt is { } again && again > Bench.Now)
        {
            _events.Enqueue(static () => { }, (again, _order++));
        }

        Look(this);
    }

    private void Begin(JobId job, int task, string node)
    {
        var seconds = Seconds(job, task);
        Started.TryAdd((job, task), Bench.Now);
        _events.Enqueue(() => End(job, task, node, seconds), (Bench.Now.AddSeconds(seconds), _order++));
    }

    private void End(JobId job, int task, string node, double seconds)
    {
        if (Fault(job, task, node) is { } cause)
        {
            Failed.Add((job, task, node));
            Bench.Free(job, FreedTask.Ended(task, cause, seconds));
            Bench.Release(job, task);
        }
        else
        {
            Ended.TryAdd((job, task), Bench.Now);
            Bench.Free(job, seconds, task);
        }
    }
}
