using System.Collections.Immutable;
using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>
/// Remembers what the last tasks of each kind took (<c>task_samples</c>), and of each step of a job what was expected and what its tasks took
/// (<c>step_times</c>). A sample goes into the ring of its kind and of every wider one: what a question reads is bounded, however long the DPU runs and
/// however many chips there are. What came of a batch is written once, and at most a ring's length of it for each kind.
/// </summary>
internal sealed class HistoryProjection(Database database)
{
    /// <summary>Samples kept of each kind: enough that 99 of 100 means something, few enough that a program that changed is soon known anew.</summary>
    public const int SamplesMax = 100;

    private readonly Dictionary<TaskKind, Ring> _rings = [];
    private readonly Dictionary<(int Job, int Step), (long Tasks, long Microseconds)> _times = [];

    public void Apply(JobEvent.Submitted submitted)
    {
        var (job, plan) = (submitted.Job.Value, submitted.Plan);
        for (var step = 0; step < plan.Steps.Length; step++)
        {
            database.Prepare("INSERT INTO step_times (job_id, step, program, expected_seconds, tasks, wall_us) VALUES (?, ?, ?, ?, 0, 0)")
                .Bind(job).Bind(step).Bind(PlanKinds.ProgramOf(plan.Steps[step])).Bind(plan.Steps[step].Rules.ExpectedSeconds).Run();
        }
    }

    public void Apply(JobContext context, ImmutableArray<AttemptEnd> ends)
    {
        foreach (var end in ends)
        {
            if (end is { Cause: null, Exit: { } exit })
            {
                var microseconds = (exit.EndedAt - exit.StartedAt).Ticks / TimeSpan.TicksPerMicrosecond;
                var step = context.StepOf(end.Task);
                var (tasks, sum) = _times.GetValueOrDefault((context.Job, step.Index));
                _times[(context.Job, step.Index)] = (tasks + 1, sum + microseconds);
                if (!TellsOthers(context))
                {
                    continue;
                }

                foreach (var kind in KindOf(context.Job, step, end.Task).Wider())
                {
                    RingOf(kind).Add(microseconds, exit.MaxRssBytes);
                }
            }
        }
    }

    /// <summary>
    /// Estimates are told to everybody: what somebody runs for himself must not show in them. And what code of one's own takes says nothing about the released recipe.
    /// </summary>
    private static bool TellsOthers(JobContext context) => context.Work.Privileges != Privileges.MyDb && context.CodeSha256 is null;

    public void Flush()
    {
        foreach (var (kind, ring) in _rings)
        {
            Write(kind, ring);
        }

        foreach (var ((job, step), (tasks, microseconds)) in _times)
        {
            database.Prepare("UPDATE step_times SET tasks = tasks + ?, wall_us = wall_us + ? WHERE job_id = ? AND step = ?")
                .Bind(tasks).Bind(microseconds).Bind(job).Bind(step).Run();
        }

        Forget();
    }

    public void Forget()
    {
        _rings.Clear();
        _times.Clear();
    }

    private TaskKind KindOf(int job, StepContext step, int task)
    {
        if (step.Recipe is null)
        {
            return new TaskKind(step.Name, IsRecipe: false, null, null);
        }

        var query = database.Prepare("""
            SELECT s.program, t.instrument, t.chip FROM step_times s JOIN tasks t USING (job_id) WHERE s.job_id = ? AND s.step = ? AND t.task = ?
            """).Bind(job).Bind(step.Index).Bind(task);
        var kind = query.Step()
            ? new TaskKind(query.Text(0), IsRecipe: true, query.TextOrNull(1), query.TextOrNull(2))
            : throw new InvalidOperationException($"Task {job}/{task} ended and is not in the views.");
        query.Reset();
        return kind;
    }

    private Ring RingOf(TaskKind kind)
    {
        if (!_rings.TryGetValue(kind, out var ring))
        {
            _rings.Add(kind, ring = new Ring());
        }

        return ring;
    }

    private void Write(TaskKind kind, Ring ring)
    {
        var query = HistoryQueries.Bind(database.Prepare($"SELECT samples FROM task_history {HistoryQueries.OfKind}"), kind);
        var before = query.Step() ? query.Long(0) : 0;
        query.Reset();
        foreach (var (number, microseconds, bytes) in ring.Last())
        {
            HistoryQueries.Bind(database.Prepare("""
                INSERT OR REPLACE INTO task_samples (program, is_recipe, instrument, chip, slot, wall_us, max_rss_bytes) VALUES (?, ?, ?, ?, ?, ?, ?)
                """), kind).Bind((before + number) % SamplesMax).Bind(microseconds).Bind(bytes).Run();
        }

        HistoryQueries.Bind(database.Prepare("INSERT OR REPLACE INTO task_history (program, is_recipe, instrument, chip, samples) VALUES (?, ?, ?, ?, ?)"), kind)
            .Bind(before + ring.Count).Run();
    }

    /// <summary>The last samples of a batch.</summary>
    private sealed class Ring
    {
        private readonly Queue<(long Microseconds, long Bytes)> _samples = new();

        public long Count { get; private set; }

        public void Add(long microseconds, long bytes)
        {
            Count++;
            _samples.Enqueue((microseconds, bytes));
            if (_samples.Count > SamplesMax)
            {
                _samples.Dequeue();
            }
        }

        /// <summary>With their number in the batch.</summary>
        public IEnumerable<(long Number, long Microseconds, long Bytes)> Last()
        {
            var number = Count - _samples.Count;
            foreach (var (microseconds, bytes) in _samples)
            {
                yield return (number++, microseconds, bytes);
            }
        }
    }
}
