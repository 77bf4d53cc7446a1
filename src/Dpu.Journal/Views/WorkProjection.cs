using System.Globalization;
using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>
/// Sums what was done by the hour and by the day, apart by whose it is and who sees it: so that whoever asks is told the sums of what he sees. Times are whole microseconds, and a batch's sums
/// are written once, so that batches do not matter.
/// </summary>
/// <remarks>What a job did while it was private stays private when the job is shown later: sums are of what was so when it happened.</remarks>
internal sealed class WorkProjection(Database database)
{
    /// <summary>Seconds; a job that waited longer than the last one is told by <see cref="Longer"/>.</summary>
    public static readonly double[] WaitClasses = [1, 10, 60, 600, 3600, 21_600, 86_400];

    /// <summary>The word for waits longer than all classes.</summary>
    public const string Longer = "more";

    private readonly Dictionary<Key, Sums> _pending = [];
    private readonly Dictionary<(Key Key, string Kind, string Word), long> _tallies = [];

    public void Apply(JobContext context, JobEvent.Submitted submitted) => Add(context, submitted.At, static sums => sums.JobsSubmitted++);

    /// <summary>What an event did to the job as a whole.</summary>
    /// <param name="context">The job as the event left it.</param>
    /// <param name="hadStarted">Whether it had started before.</param>
    /// <param name="hadEnded">Whether it had ended before.</param>
    /// <param name="at">When.</param>
    public void Apply(JobContext context, bool hadStarted, bool hadEnded, DateTimeOffset at)
    {
        if (!hadStarted && context.StartedAt is { } started)
        {
            var waited = Math.Max(0, (started - context.SubmittedAt).Ticks / TimeSpan.TicksPerMicrosecond);
            Add(context, at, sums => (sums.JobsStarted, sums.WaitedMicroseconds) = (sums.JobsStarted + 1, sums.WaitedMicroseconds + waited));
            Tally(context, at, "waited", ClassOf(waited / 1e6));
        }

        if (!hadEnded && context.EndedAt is not null)
        {
            var status = context.Status;
            Add(context, at, sums =>
            {
                sums.JobsFinished += status == JobStatus.Finished ? 1 : 0;
                sums.JobsFailed += status == JobStatus.Failed ? 1 : 0;
                sums.JobsCancelled += status == JobStatus.Cancelled ? 1 : 0;
            });
        }
    }

    public void Apply(JobContext context, JobEvent.TasksStarted started) => Add(context, started.At, sums => sums.Started += started.Attempts.Length);

    public void Apply(JobContext context, JobEvent.AttemptsLost lost)
    {
        Add(context, lost.At, sums => sums.Lost += lost.Attempts.Length);
        Tally(context, lost.At, "cause", nameof(FailureCause.Node), lost.Attempts.Length);
    }

    /// <summary>Attempts that ended and were not told before.</summary>
    public void Apply(JobContext context, IReadOnlyCollection<AttemptEnd> ends, DateTimeOffset at)
    {
        foreach (var end in ends)
        {
            Add(context, at, sums => AddEnd(sums, end));
            if (end.Cause is { } cause)
            {
                Tally(context, at, "cause", ViewText.Of(cause)!);
            }
        }
    }

    public void Flush()
    {
        foreach (var (key, sums) in _pending)
        {
            Write(key, sums);
        }

        foreach (var ((key, kind, word), count) in _tallies)
        {
            Bind(database.Prepare("""
                INSERT INTO work_tallies (span, begin, user, project, privileges, kind, word, count) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (span, begin, user, project, privileges, kind, word) DO UPDATE SET count = count + excluded.count
                """), key).Bind(kind).Bind(word).Bind(count).Run();
        }

        Forget();
    }

    public void Forget()
    {
        _pending.Clear();
        _tallies.Clear();
    }

    /// <summary>The word of the class in which a wait falls.</summary>
    public static string ClassOf(double seconds)
    {
        foreach (var limit in WaitClasses)
        {
            if (seconds <= limit)
            {
                return limit.ToString(CultureInfo.InvariantCulture);
            }
        }

        return Longer;
    }

    private static void AddEnd(Sums sums, AttemptEnd end)
    {
        sums.Normal += end.Cause is null ? 1 : 0;
        sums.Failed += end.Cause is null ? 0 : 1;
        if (end.Exit is { } exit)
        {
            sums.WallMicroseconds += (exit.EndedAt - exit.StartedAt).Ticks / TimeSpan.TicksPerMicrosecond;
            sums.CpuMicroseconds += (long)Math.Round(exit.CpuSeconds * 1e6);
        }
    }

    private void Add(JobContext context, DateTimeOffset at, Action<Sums> add)
    {
        foreach (var key in KeysOf(context, at))
        {
            if (!_pending.TryGetValue(key, out var sums))
            {
                _pending.Add(key, sums = new Sums());
            }

            add(sums);
        }
    }

    private void Tally(JobContext context, DateTimeOffset at, string kind, string word, long count = 1)
    {
        foreach (var key in KeysOf(context, at))
        {
            _tallies[(key, kind, word)] = _tallies.GetValueOrDefault((key, kind, word)) + count;
        }
    }

    private static Key[] KeysOf(JobContext context, DateTimeOffset at)
    {
        var time = at.UtcDateTime.ToString("yyyy-MM-ddTHH", CultureInfo.InvariantCulture);
        var (project, privileges) = (context.Work.Project, (int)context.Work.Privileges);
        return [new Key("hour", time, context.User, project, privileges), new Key("day", time[..^3], context.User, project, privileges)];
    }

    private void Write(Key key, Sums sums) => Bind(database.Prepare("""
        INSERT INTO work (span, begin, user, project, privileges, jobs_submitted, jobs_started, jobs_finished, jobs_failed, jobs_cancelled, waited_us,
          started, normal, failed, lost, wall_us, cpu_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (span, begin, user, project, privileges) DO UPDATE SET jobs_submitted = jobs_submitted + excluded.jobs_submitted,
          jobs_started = jobs_started + excluded.jobs_started, jobs_finished = jobs_finished + excluded.jobs_finished, jobs_failed = jobs_failed + excluded.jobs_failed,
          jobs_cancelled = jobs_cancelled + excluded.jobs_cancelled, waited_us = waited_us + excluded.waited_us, started = started + excluded.started,
          normal = normal + excluded.normal, failed = failed + excluded.failed, lost = lost + excluded.lost, wall_us = wall_us + excluded.wall_us, cpu_us = cpu_us + excluded.cpu_us
        """), key)
        .Bind(sums.JobsSubmitted).Bind(sums.JobsStarted).Bind(sums.JobsFinished).Bind(sums.JobsFailed).Bind(sums.JobsCancelled).Bind(sums.WaitedMicroseconds)
        .Bind(sums.Started).Bind(sums.Normal).Bind(sums.Failed).Bind(sums.Lost).Bind(sums.WallMicroseconds).Bind(sums.CpuMicroseconds).Run();

    private static Statement Bind(Statement statement, Key key) => statement.Bind(key.Span).Bind(key.Begin).Bind(key.User).Bind(key.Project).Bind(key.Privileges);

    private readonly record struct Key(string Span, string Begin, string User, string Project, int Privileges);

    private sealed class Sums
    {
        public long JobsSubmitted { get; set; }

        public long JobsStarted { get; set; }

        public long JobsFinished { get; set; }

        public long JobsFailed { get; set; }

        public long JobsCancelled { get; set; }

        public long WaitedMicroseconds { get; set; }

        public long Started { get; set; }

        public long Normal { get; set; }

        public long Failed { get; set; }

        public long Lost { get; set; }

        public long WallMicroseconds { get; set; }

        public long CpuMicroseconds { get; set; }
    }
}
