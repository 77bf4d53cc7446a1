using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Dpu.Actors.Scaling;
using Dpu.Domain.Scaling;

namespace Dpu.Service.Pilots;

/// <summary>Grid Engine by its commands: <c>qsub</c>, <c>qstat -xml</c>, <c>qdel</c>. Formats as in their manual pages, seen with Son of Grid Engine 8.1.9.</summary>
/// <param name="command">Runs them.</param>
/// <param name="settings">What the site wants.</param>
/// <param name="user">Whose jobs these are.</param>
internal sealed class GridEngineProvider(BatchCommand command, BatchSettings settings, string user) : IPilotProvider
{
    public string Name => "gridengine";

    /// <summary>The execution daemon keeps a running script as a file of mode 0755 in directories that everybody may enter.</summary>
    public bool ScriptsAreReadable => true;

    public async Task<string> SubmitAsync(PilotJob job, CancellationToken cancellationToken)
    {
        List<string> arguments =
        [
            "-terse",
            "-N", job.Name,
            "-S", "/bin/sh",
            "-j", "y",
            "-o", job.Output,
            // Each pilot has a key and a name of its own: another run of the same script would be refused.
            "-r", "n",
            // SIGUSR2 some time before SIGKILL, as long as the queue's `notify` says: the pilot leaves in order.
            "-notify",
        ];
        if (job.WallTime is { } wallTime)
        {
            arguments.AddRange(["-l", $"h_rt={Number((long)Math.Ceiling(wallTime.TotalSeconds))}"]);
        }

        if (settings.Queue is { } queue)
        {
            arguments.AddRange(["-q", queue]);
        }

        if (settings.ParallelEnvironment is { } environment)
        {
            arguments.AddRange(["-pe", environment, Number(job.Needs.Cpus)]);
        }
        else if (job.Needs.Cpus > 1)
        {
            throw new BatchSystemException("Grid Engine gives several cpus by a parallel environment only: set dpu.scaling.parallel-environment (qconf -spl lists those of the site), or dpu.scaling.cpus = 1.");
        }

        arguments.AddRange(settings.Options);
        var said = (await command.SucceedAsync("qsub", arguments, job.Script, cancellationToken)).Trim();
        return said.Length > 0 && said.All(char.IsAsciiDigit) ? said : throw new BatchSystemException($"qsub: it said '{said}'; expected the number of the new job");
    }

    public async Task<IReadOnlyList<BatchJob>> ListAsync(CancellationToken cancellationToken)
    {
        var said = await command.SucceedAsync("qstat", ["-xml", "-u", user], null, cancellationToken);
        try
        {
            // Without a namespace in this document; other lines of Grid Engine put one on some elements.
            return [.. XDocument.Parse(said).Descendants().Where(element => element.Name.LocalName == "job_list").Select(JobOf)];
        }
        catch (XmlException error)
        {
            throw new BatchSystemException($"qstat: what it said is no XML: {error.Message}");
        }
    }

    public async Task CancelAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await command.RunAsync("qdel", [id], null, cancellationToken);
        // qdel says on standard output what became of it.
        if (answer.ExitCode != 0 && !answer.Output.Contains("does not exist", StringComparison.Ordinal))
        {
            throw BatchCommand.Failure("qdel", answer.Words.Length > 0 ? answer : answer with { Words = answer.Output.Trim() });
        }
    }

    private static BatchJob JobOf(XElement job)
    {
        var state = Field(job, "state");
        return new BatchJob(Field(job, "JB_job_number"), Field(job, "JB_name"), StateOf(state), state, EndsAt: null);
    }

    private static string Field(XElement job, string name) =>
        job.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value
        ?? throw new BatchSystemException($"qstat: a job without a {name}; expected one in each job_list");

    /// <summary>The letters of qstat(1): E error, d deletion, r running, t transferring, s S T suspended, R restarted, q queued, w waiting, h held.</summary>
    private static BatchState StateOf(string letters) => letters switch
    {
        _ when letters.Contains('E', StringComparison.Ordinal) => BatchState.Stuck,
        _ when letters.Contains('d', StringComparison.Ordinal) => BatchState.Ending,
        _ when letters.Contains('q', StringComparison.Ordinal) || letters.Contains('w', StringComparison.Ordinal) => BatchState.Queued,
        _ => BatchState.Running,
    };

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
