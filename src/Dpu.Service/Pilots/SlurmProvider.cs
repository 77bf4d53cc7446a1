using System.Globalization;
using Dpu.Actors.Scaling;
using Dpu.Domain.Scaling;

namespace Dpu.Service.Pilots;

/// <summary>Slurm by its commands: <c>sbatch</c>, <c>squeue</c>, <c>scancel</c>. Formats as in their manual pages, seen with 22.05.</summary>
/// <param name="command">Runs them.</param>
/// <param name="settings">What the site wants.</param>
/// <param name="user">Whose jobs these are.</param>
internal sealed class SlurmProvider(BatchCommand command, BatchSettings settings, string user) : IPilotProvider
{
    private const string Separator = "|";
    private const int Fields = 5;

    /// <summary>So long before its end a pilot is told to leave, in seconds. Slurm may be a minute early.</summary>
    private const int NoticeSeconds = 120;

    /// <summary>Pending jobs that the controller does not try again by itself.</summary>
    private static readonly string[] StuckReasons = ["launch failed requeued held", "BadConstraints", "DependencyNeverSatisfied"];

    public string Name => "slurm";

    /// <summary>The spool keeps scripts in directories of mode 0750 and files of mode 0700, and the controller shows them to their owner and to operators only.</summary>
    public bool ScriptsAreReadable => false;

    public async Task<string> SubmitAsync(PilotJob job, CancellationToken cancellationToken)
    {
        List<string> arguments =
        [
            "--parsable",
            $"--job-name={job.Name}",
            // Nothing of our environment but Slurm's own: it is no business of the job.
            "--export=NIL",
            // Each pilot has a key and a name of its own: another run of the same script would be refused.
            "--no-requeue",
            "--nodes=1",
            "--ntasks=1",
            $"--cpus-per-task={Number(job.Needs.Cpus)}",
            // To the script alone: SIGTERM it would have to tell from the one that a cancelled job's every process gets.
            $"--signal=B:USR1@{NoticeSeconds}",
            "--chdir=/",
            "--open-mode=append",
            $"--output={job.Output.Replace("%", "%%", StringComparison.Ordinal)}",
        ];
        if (job.Needs.MemoryBytes > 0)
        {
            arguments.Add($"--mem={Number((job.Needs.MemoryBytes + (1 << 20) - 1) >> 20)}M");
        }

        if (job.WallTime is { } wallTime)
        {
            arguments.Add($"--time={Number((long)Math.Ceiling(wallTime.TotalMinutes))}");
        }

        if (settings.Queue is { } partition)
        {
            arguments.Add($"--partition={partition}");
        }

        arguments.AddRange(settings.Options);
        var said = (await command.SucceedAsync("sbatch", arguments, job.Script, cancellationToken)).Trim();
        // With several clusters: the id, a semicolon, the cluster's name.
        var id = said.Split(';')[0];
        return id.Length > 0 && id.All(char.IsAsciiDigit) ? id : throw new BatchSystemException($"sbatch: it said '{said}'; expected the number of the new job");
    }

    public async Task<IReadOnlyList<BatchJob>> ListAsync(CancellationToken cancellationToken)
    {
        // The name is last: others' may hold anything.
        var said = await command.SucceedAsync(
            "squeue", ["--noheader", "--states=all", $"--user={user}", "--format=%i|%T|%e|%r|%j"], null, cancellationToken);
        return [.. said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(JobOf)];
    }

    public async Task CancelAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await command.RunAsync("scancel", [id], null, cancellationToken);
        if (answer.ExitCode != 0 && !answer.Words.Contains("Invalid job id", StringComparison.Ordinal) && !answer.Words.Contains("already completed", StringComparison.Ordinal))
        {
            throw BatchCommand.Failure("scancel", answer);
        }
    }

    private static BatchJob JobOf(string line)
    {
        var fields = line.Split(Separator, Fields);
        if (fields.Length != Fields)
        {
            throw new BatchSystemException($"squeue: it said '{line}'; expected {Fields} fields with '{Separator}' between them");
        }

        var reason = fields[3] is "None" or "" ? null : fields[3];
        var state = StateOf(fields[1], reason);
        return new BatchJob(
            fields[0],
            fields[4],
            state,
            state == BatchState.Ended ? reason ?? fields[1] : reason,
            long.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null);
    }

    /// <summary>The states of squeue(1); one that is not known is over: it was an end in every version so far.</summary>
    private static BatchState StateOf(string word, string? reason) => word switch
    {
        "PENDING" when reason is not null && StuckReasons.Contains(reason.Replace('_', ' '), StringComparer.OrdinalIgnoreCase) => BatchState.Stuck,
        "PENDING" or "REQUEUED" or "REQUEUE_FED" or "REQUEUE_HOLD" or "SPECIAL_EXIT" or "RESV_DEL_HOLD" => BatchState.Queued,
        "CONFIGURING" or "RUNNING" or "SUSPENDED" or "STOPPED" or "RESIZING" or "SIGNALING" => BatchState.Running,
        "COMPLETING" or "STAGE_OUT" => BatchState.Ending,
        _ => BatchState.Ended,
    };

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
