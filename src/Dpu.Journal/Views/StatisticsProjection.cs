using System.Globalization;
using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>Sums the work done per day, user and step. Sums of a batch are written once, in whole microseconds:
/// sums of whole numbers do not depend on how the events were batched.</summary>
internal sealed class StatisticsProjection(Database database)
{
    private readonly Dictionary<(string Day, string User, string Step), Sums> _pending = [];

    public void Apply(JobContext context, JobEvent.TasksStarted started)
    {
        foreach (var attempt in started.Attempts)
        {
            Of(context, attempt.Task, started.At).Started++;
        }
    }

    public void Apply(JobContext context, JobEvent.AttemptsLost lost)
    {
        foreach (var attempt in lost.Attempts)
        {
            Of(context, attempt.Task, lost.At).Lost++;
        }
    }

    /// <summary>What is held has done its work; its outputs are registered when it is released.</summary>
    public void Apply(JobContext context, JobEvent.TasksHeld held)
    {
        foreach (var end in held.Ends)
        {
            AddEnd(Of(context, end.Task, held.At), end);
        }
    }

    public void Apply(JobContext context, JobEvent.TasksEnded ended)
    {
        foreach (var end in ended.Ends)
        {
            var sums = Of(context, end.Task, ended.At);
            if (!context.Held.Contains(end.Task))
            {
                AddEnd(sums, end);
            }

            foreach (var output in end.Outputs)
            {
                sums.Files++;
                sums.FileBytes += output.SizeBytes;
            }
        }
    }

    private static void AddEnd(Sums sums, AttemptEnd end)
    {
        sums.Normal += end.Cause is null ? 1 : 0;
        sums.Failed += end.Cause is null ? 0 : 1;
        if (end.Exit is { } exit)
        {
            sums.WallMicroseconds += (exit.EndedAt - exit.StartedAt).Ticks / TimeSpan.TicksPerMicrosecond;
            sums.CpuMicroseconds += (long)Math.Round(exit.CpuSeconds * 1e6);
            sums.MaxRssBytes = Math.Max(sums.MaxRssBytes, exit.MaxRssBytes);
        }
    }

    public void Flush()
    {
        foreach (var ((day, user, step), sums) in _pending)
        {
            database.Prepare("""
                INSERT INTO statistics (day, user, step, started, normal, failed, lost, wall_us, cpu_us, max_rss_bytes, files, file_bytes)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (day, user, step) DO UPDATE SET started = started + excluded.started, normal = normal + excluded.normal,
                  failed = failed + excluded.failed, lost = lost + excluded.lost, wall_us = wall_us + excluded.wall_us,
                  cpu_us = cpu_us + excluded.cpu_us, max_rss_bytes = MAX(max_rss_bytes, excluded.max_rss_bytes),
                  files = files + excluded.files, file_bytes = file_bytes + excluded.file_bytes
                """)
                .Bind(day).Bind(user).Bind(step).Bind(sums.Started).Bind(sums.Normal).Bind(sums.Failed).Bind(sums.Lost)
                .Bind(sums.WallMicroseconds).Bind(sums.CpuMicroseconds).Bind(sums.MaxRssBytes).Bind(sums.Files).Bind(sums.FileBytes).Run();
        }

        _pending.Clear();
    }

    public void Forget() => _pending.Clear();

    private Sums Of(JobContext context, int task, DateTimeOffset at)
    {
        var key = (at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), context.User, context.StepOf(task).Name);
        if (!_pending.TryGetValue(key, out var sums))
        {
            _pending.Add(key, sums = new Sums());
        }

        return sums;
    }

    private sealed class Sums
    {
        public long Started { get; set; }

        public long Normal { get; set; }

        public long Failed { get; set; }

        public long Lost { get; set; }

        public long WallMicroseconds { get; set; }

        public long CpuMicroseconds { get; set; }

        public long MaxRssBytes { get; set; }

        public long Files { get; set; }

        public long FileBytes { get; set; }
    }
}
