using Dpu.Client.Contracts;

namespace Dpu.Cli.Output;

/// <summary>A job for people: head, steps, tasks, and what went wrong with its last lines.</summary>
internal sealed class JobText(CliContext context, TextWriter writer)
{
    private const double PhaseSecondsMin = 0.5;
    private const int FailuresShownMax = 20;
    private const int ReasonsShownMax = 5;

    public void Write(JobDetail job, bool everyTask)
    {
        WriteHead(job);
        WriteSteps(job);
        WriteFindingCounts(job.Findings ?? []);
        var tasks = job.Tasks ?? [];
        if (everyTask)
        {
            WriteTasks(tasks);
            WriteFindings(tasks);
        }

        WriteFailures(job.JobId, tasks, everyTask ? int.MaxValue : FailuresShownMax);
    }

    private void WriteHead(JobDetail job)
    {
        var zone = context.Time.LocalTimeZone;
        writer.WriteLine(StatusLine.Of(job.ToSummary()));
        writer.WriteLine($"sequence   {Visible.Text(job.Sequence)}");
        writer.WriteLine($"user       {Visible.Text(job.User)}");
        if (job.Version is { } version)
        {
            writer.WriteLine(Visible.Text($"version    {version}"));
        }

        if (job.CodeSha256 is { } code)
        {
            writer.WriteLine(Visible.Text($"code       {code}, its user's own"));
        }

        if (job.Privileges is { } privileges)
        {
            writer.WriteLine($"context    {Visible.Text(job.Project ?? "")}, for {Audience(privileges)}");
        }

        if (job.HeldBy is { } holder)
        {
            writer.WriteLine(Visible.Text($"held       by {holder}{(job.HeldBecause is { } reason ? $": {reason}" : "")}; 'dpu release {job.JobId}' lets it go on"));
        }

        if (job.Priority != 0)
        {
            writer.WriteLine($"priority   {Units.Number(job.Priority)}");
        }

        if (job.After is { Count: > 0 } after)
        {
            writer.WriteLine($"after      {string.Join(", ", after.Select(other => Units.Number(other)))}{Waiting(job)}");
        }

        writer.WriteLine($"submitted  {Units.Time(job.Submitted, zone)}");
        if (job.Started is { } started)
        {
            writer.WriteLine($"started    {Units.Time(started, zone)}");
            var end = job.Ended is { } ended ? $"ended      {Units.Time(ended, zone)}  after " : "running    for ";
            writer.WriteLine(end + Units.Duration((job.Ended ?? context.Time.GetUtcNow()) - started));
        }
    }

    private static string Audience(string privileges) => privileges switch
    {
        "mydb" => "its user alone (mydb)",
        "project" => "its members (project)",
        "users" => "all users (users)",
        "world" => "everybody (world)",
        _ => privileges,
    };

    private static string Waiting(JobDetail job) =>
        job.WaitsFor is { Count: > 0 } open ? $" (waits for {string.Join(", ", open.Select(other => Units.Number(other)))})" : " (all FINISHED)";

    private void WriteSteps(JobDetail job)
    {
        writer.WriteLine();
        var table = new Table("STEP", "N/E/A/S/U");
        foreach (var step in job.Steps)
        {
            table.Add(step.Name, step.Counts.ToString());
        }

        table.WriteTo(writer);
    }

    private void WriteTasks(IReadOnlyList<TaskDetail> tasks)
    {
        writer.WriteLine();
        var table = new Table("TASK", "STEP", tasks.Any(task => task.Line is not null) ? "LINE" : "KEYS", "STATE", "TRY", "NODE", "TIME", "CPU", "MEMORY", "ENDED", tasks.Any(HasPhases) ? "FILES" : "", tasks.Any(IsSomewhere) ? "NOW" : "").Right(0, 4, 6, 7, 8);
        foreach (var task in tasks)
        {
            if (task.Attempts.Count == 0)
            {
                table.Add(Units.Number(task.Task), task.Step, LineOrKeys(task), task.State, "", task.Host is null ? "" : $"({task.Host})", "", "", "", "", "", "");
            }

            foreach (var attempt in task.Attempts)
            {
                // The task's state is its last attempt's; one that came before ended otherwise.
                var state = ReferenceEquals(attempt, task.Attempts[^1]) ? task.State : attempt.State ?? "";
                table.Add(
                    Units.Number(task.Task),
                    task.Step,
                    LineOrKeys(task),
                    state,
                    Units.Number(attempt.Attempt),
                    attempt.Node ?? "",
                    attempt.Started is { } started ? Units.Duration((attempt.Ended ?? context.Time.GetUtcNow()) - started) : "",
                    Units.Duration(TimeSpan.FromSeconds(attempt.CpuSeconds)),
                    attempt.MemoryBytes == 0 ? Units.Size(attempt.MaxRssBytes) : $"{Units.Size(attempt.MaxRssBytes)} of {Units.Size(attempt.MemoryBytes)}",
                    Ending(attempt),
                    Phases(attempt),
                    attempt.Phase is { } phase ? PhaseText.Of(phase, context.Time.LocalTimeZone, context.Time.GetUtcNow()) : "");
            }
        }

        table.WriteTo(writer);
        WriteWhatFollowed(tasks);
    }

    /// <summary>Attempts that were not their task's last: why they failed, and what was done about it.</summary>
    private void WriteWhatFollowed(IReadOnlyList<TaskDetail> tasks)
    {
        foreach (var task in tasks)
        {
            var failed = task.State is "Error" or "Unknown" ? task.Attempts.SkipLast(1) : task.Attempts;
            foreach (var attempt in failed.Where(attempt => attempt.Message is { Length: > 0 }))
            {
                writer.WriteLine(Visible.Text($"Task {task.Task}, try {attempt.Attempt}: {attempt.Message}"));
            }
        }
    }

    private void WriteFindingCounts(IReadOnlyList<FindingSummary> findings)
    {
        if (findings.Count == 0)
        {
            return;
        }

        writer.WriteLine();
        var table = new Table("FOUND", "LEVEL", "STEP", "LINES", "ATTEMPTS").Right(3, 4);
        foreach (var found in findings)
        {
            table.Add(found.Pattern, found.Level, found.Step, Units.Number(found.Lines), Units.Number(found.Attempts));
        }

        table.WriteTo(writer);
    }

    private void WriteFindings(IReadOnlyList<TaskDetail> tasks)
    {
        var found = tasks.SelectMany(task => task.Attempts, (task, attempt) => (task.Task, Attempt: attempt)).Where(pair => pair.Attempt.Findings is not null);
        foreach (var (task, attempt) in found)
        {
            writer.WriteLine();
            writer.WriteLine($"Found in what task {Units.Number(task)} printed at try {Units.Number(attempt.Attempt)}:");
            foreach (var pattern in attempt.Findings!.GroupBy(finding => (finding.Pattern, finding.Level, finding.Count)))
            {
                foreach (var finding in pattern)
                {
                    writer.WriteLine($"  {Visible.Text(finding.Pattern)} ({finding.Level}) {Units.Time(finding.At, context.Time.LocalTimeZone)}  {Visible.Line(finding.Line)}");
                }

                if (pattern.Key.Count > pattern.Count())
                {
                    writer.WriteLine($"  {Visible.Text(pattern.Key.Pattern)}: {Units.Number(pattern.Key.Count - pattern.Count())} more such lines; 'dpu logs' has them all.");
                }
            }
        }
    }

    private static bool HasPhases(TaskDetail task) => task.Attempts.Any(attempt => Phases(attempt).Length > 0);

    /// <summary>What took so little that nobody waited for it is not worth a word.</summary>
    private static string Phases(AttemptDetail attempt)
    {
        var parts = new[] { (Name: "in", Seconds: attempt.StagingInSeconds), (Name: "out", Seconds: attempt.SavingSeconds) }.Where(part => part.Seconds >= PhaseSecondsMin);
        return string.Join(", ", parts.Select(part => $"{part.Name} {Units.Duration(TimeSpan.FromSeconds(part.Seconds!.Value))}"));
    }

    private static bool IsSomewhere(TaskDetail task) => task.Attempts.Any(attempt => attempt.Phase is not null);

    private static string LineOrKeys(TaskDetail task) => task.Line ?? Keys.Text(task.Keys);

    private void WriteFailures(int job, IReadOnlyList<TaskDetail> tasks, int most)
    {
        var failed = tasks.Where(task => task.State is "Error" or "Unknown" or "Held").ToList();
        foreach (var task in failed.Take(most))
        {
            var last = task.Attempts.Count > 0 ? task.Attempts[^1] : null;
            writer.WriteLine();
            var keys = LineOrKeys(task) is { Length: > 0 } text ? $" ({text})" : "";
            var ending = last is null ? "" : Ending(last);
            writer.WriteLine(Visible.Text($"Task {task.Task} of {task.Step}{keys} has state {task.State}{(ending.Length > 0 ? ": " : "")}{ending}"));
            if ((last?.Message ?? task.Message) is { Length: > 0 } message)
            {
                writer.WriteLine("  " + Visible.Text(message));
            }

            foreach (var line in task.LastLines ?? [])
            {
                writer.WriteLine("  | " + Visible.Line(line));
            }
        }

        if (failed.Count > most)
        {
            writer.WriteLine();
            writer.WriteLine($"… and {failed.Count - most} more: 'dpu show {job} --tasks' lists all of them.");
        }

        var aborted = tasks.Count(task => task.State == "Aborted");
        if (aborted > 0)
        {
            writer.WriteLine();
            writer.WriteLine($"{aborted} task{(aborted == 1 ? " was" : "s were")} aborted: cancelled, or never run because something needed failed.");
            foreach (var reason in tasks.Where(task => task is { State: "Aborted", Message: not null }).GroupBy(task => task.Message).Take(ReasonsShownMax))
            {
                writer.WriteLine(Visible.Text($"  {reason.Key} ({reason.Count()})"));
            }
        }
    }

    private static string Ending(AttemptDetail attempt)
    {
        var how = attempt switch
        {
            { State: "Running", ExitCode: null, Signal: null } => "",
            { State: { } state, Cause: null or "", ExitCode: null, Signal: null } => state,
            { State: not null, ExitCode: null, Signal: null } => "",
            { Signal: { } signal } => $"signal {Units.Number(signal)}",
            { ExitCode: { } code } => $"exit code {Units.Number(code)}",
            { Ended: null } => "",
            _ => "no exit code",
        };
        return attempt.Cause is { Length: > 0 } cause ? $"{how}{(how.Length > 0 ? ", " : "")}cause {cause}" : how;
    }
}
