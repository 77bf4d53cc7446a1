using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;

namespace Dpu.Journal.Views;

/// <summary>What the projections remember of a job while its events come: who it belongs to, its steps, and its sums.</summary>
internal sealed class JobContext(int job, string user, bool commits, StepContext[] steps)
{
    public int Job { get; } = job;

    public string User { get; } = user;

    public bool Commits { get; } = commits;

    public StepContext[] Steps { get; } = steps;

    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>How it was counted in the sums of the queue when it was last written; null before that.</summary>
    public CountedJob? Counted { get; set; }

    public CountedJob CountedNow => new(Work.Project, (int)Work.Privileges, Status, Counts);

    /// <summary>Tasks whose outcome is not known: the only ones that are not counted as submitted before they end.</summary>
    public HashSet<int> Unknown { get; init; } = [];

    /// <summary>Tasks whose result is held: their attempts have ended and were counted, they have not.</summary>
    public HashSet<int> Held { get; init; } = [];

    public int Priority { get; set; }

    /// <summary>Who sees it, beside its user.</summary>
    public required WorkContext Work { get; set; }

    /// <summary>The code of its user's own, or null.</summary>
    public required string? CodeSha256 { get; init; }

    public string? HeldBy { get; set; }

    public string? HeldBecause { get; set; }

    /// <summary>Jobs that it still waits for.</summary>
    public ImmutableArray<JobId> WaitsFor { get; set; } = [];

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public string? CancelledBy { get; set; }

    public bool Dirty { get; set; }

    /// <summary>The last event about it: not that of the batch, so that a fold in other batches gives the same rows.</summary>
    public long Changed { get; set; }

    public TaskCounts Counts => Steps.Aggregate(default(TaskCounts), static (sum, step) => new TaskCounts(
        sum.Normal + step.Counts.Normal,
        sum.Error + step.Counts.Error,
        sum.Aborted + step.Counts.Aborted,
        sum.Submitted + step.Counts.Submitted,
        sum.Unknown + step.Counts.Unknown));

    /// <summary>The same rule as the job's own state follows.</summary>
    public JobStatus Status => (Counts, StartedAt, CancelledBy) switch
    {
        ({ Submitted: 0, Unknown: 0 }, _, not null) => JobStatus.Cancelled,
        ({ Submitted: 0, Unknown: 0, Error: 0, Aborted: 0 }, _, _) => JobStatus.Finished,
        ({ Submitted: 0, Unknown: 0 }, _, _) => JobStatus.Failed,
        _ when HeldBy is not null => JobStatus.Held,
        (_, null, _) => JobStatus.Queued,
        _ => JobStatus.Running,
    };

    public StepContext StepOf(int task)
    {
        for (var step = Steps.Length - 1; step >= 0; step--)
        {
            if (task >= Steps[step].First)
            {
                return Steps[step];
            }
        }

        throw new InvalidOperationException($"Job {Job} has no task {task}.");
    }

    /// <summary>Moves one task from one count to another.</summary>
    public void Move(int task, TaskViewState from, TaskViewState to)
    {
        var step = StepOf(task);
        step.Add(from, -1);
        step.Add(to, +1);
        Dirty = true;
    }

    /// <summary>After a change: the time of the last task's end is the job's.</summary>
    public void Touch(DateTimeOffset at)
    {
        Dirty = true;
        if (EndedAt is null && Counts is { Submitted: 0, Unknown: 0 })
        {
            EndedAt = at;
            (HeldBy, HeldBecause) = (null, null);
        }
    }

    /// <summary>Some of its tasks are submitted once more.</summary>
    public void Reopen()
    {
        Dirty = true;
        (EndedAt, CancelledBy, HeldBy, HeldBecause) = (null, null, null, null);
    }
}

/// <summary>A step and the counts of its tasks.</summary>
internal sealed class StepContext(int index, string name, string? recipe, int first, int count, long memoryBytes, TaskCounts counts)
{
    public int Index { get; } = index;

    public string Name { get; } = name;

    /// <summary>The catalog's recipe; null for <c>exec</c>.</summary>
    public string? Recipe { get; } = recipe;

    public int First { get; } = first;

    public int End { get; } = first + count;

    /// <summary>What each attempt is given, unless its task needs more.</summary>
    public long MemoryBytes { get; set; } = memoryBytes;

    public TaskCounts Counts { get; private set; } = counts;

    public void Add(TaskViewState state, int by) => Counts = state switch
    {
        TaskViewState.Submitted or TaskViewState.Running or TaskViewState.Held => Counts with { Submitted = Counts.Submitted + by },
        TaskViewState.Normal => Counts with { Normal = Counts.Normal + by },
        TaskViewState.Error => Counts with { Error = Counts.Error + by },
        TaskViewState.Aborted => Counts with { Aborted = Counts.Aborted + by },
        TaskViewState.Unknown => Counts with { Unknown = Counts.Unknown + by },
        _ => throw new InvalidOperationException($"A task has no state {state}."),
    };
}
