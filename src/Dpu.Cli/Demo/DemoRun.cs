using System.Collections.Concurrent;
using Dpu.Cli.Commands;
using Dpu.Cli.Output;
using Dpu.Cli.Waiting;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Demo;

/// <summary>The demonstration on a running DPU: frames, ingest, jobs in the order in which they need each other, results.</summary>
internal sealed class DemoRun(CliContext context, DpuHttpClient http, string dataDirectory)
{
    private const int FilesPerRequest = 32;

    private readonly CalibrationProgram _calibration = CalibrationProgram.Find();
    private readonly ConcurrentDictionary<string, JobSummary> _jobs = [];

    private string RawDirectory => Path.Combine(dataDirectory, "raw");

    private string TruthPath => Path.Combine(RawDirectory, "truth.json");

    /// <summary>The jobs by sequence, as they were when they were last heard of.</summary>
    public IReadOnlyDictionary<string, JobSummary> Jobs => _jobs;

    /// <summary>All that was made, in the order of the jobs.</summary>
    public IReadOnlyList<FileRecord> Products { get; private set; } = [];

    public async Task MakeFramesAsync(CancellationToken ct)
    {
        // The truth is written last: where it is, the frames are whole, and the same as they would be made again.
        if (File.Exists(TruthPath))
        {
            context.Say($"Raw frames of the 8 CCDs are in {RawDirectory} already.");
            return;
        }

        context.Say($"Making raw frames of 8 CCDs in {RawDirectory} …");
        context.Say((await _calibration.RunAsync(["simulate", "--output", RawDirectory], ct)).Trim());
    }

    public async Task IngestAsync(CancellationToken ct)
    {
        var (registered, known) = (0, 0);
        foreach (var some in FitsFiles.Under(RawDirectory).Chunk(FilesPerRequest))
        {
            var result = await http.IngestAsync(some, ct);
            if (result.Refused is [var refused, ..])
            {
                throw new WorkFailedException($"{refused.Path} was refused: {refused.Reason}");
            }

            registered += result.Registered.Count;
            known += result.Known.Count;
        }

        context.Say($"Ingested {registered} raw frames{(known > 0 ? $"; {known} were known before" : "")}.");
    }

    /// <summary>Runs all jobs; those whose needs did not end FINISHED are left out.</summary>
    public async Task RunJobsAsync(CancellationToken ct)
    {
        await using var client = new DpuClient(http);
        await ProgressBars.RunAsync(context, async progress =>
        {
            var runs = new Dictionary<string, Task<bool>>();
            foreach (var job in DemoJob.All)
            {
                runs[job.Sequence] = RunAsync(client, job, [.. job.Needs.Select(need => runs[need])], progress, ct);
            }

            return await Task.WhenAll(runs.Values);
        });
    }

    /// <summary>The jobs that did not end as they should, with their tasks.</summary>
    public async Task<IReadOnlyList<JobDetail>> FailuresAsync(CancellationToken ct)
    {
        var failures = new List<JobDetail>();
        foreach (var job in _jobs.Values.Where(job => job.Counts.N < job.Counts.Total).OrderBy(job => job.JobId))
        {
            failures.Add(await http.GetJobAsync(job.JobId, tasks: true, ct));
        }

        return failures;
    }

    /// <summary>Asks what the jobs made.</summary>
    public async Task FindProductsAsync(CancellationToken ct)
    {
        var products = new List<FileRecord>();
        foreach (var job in DemoJob.All)
        {
            if (_jobs.TryGetValue(job.Sequence, out var summary))
            {
                products.AddRange(await http.GetResultsAsync(summary.JobId, ct));
            }
        }

        Products = products;
    }

    /// <summary>What the recipes found beside what was simulated, as a table for people.</summary>
    public Task<string> CompareWithTruthAsync(CancellationToken ct)
    {
        var list = Products.LastOrDefault(file => file.Type == "sourcelist" && file.Name.EndsWith(".fits", StringComparison.Ordinal))
            ?? throw new WorkFailedException("There is no source list to compare with the truth.");
        var noise = Products.Where(file => file.Type == "readnoise" && file.Metadata.ContainsKey("chip") && file.Metadata.ContainsKey("readnoise"));
        return _calibration.RunAsync(
            ["compare-truth", "--truth", TruthPath, "--sourcelist", list.Path, .. noise.SelectMany(file => new[] { "--readnoise", $"{file.Metadata["chip"]}={file.Metadata["readnoise"]}" })],
            ct);
    }

    /// <summary>Ends what is not needed any more, so that nothing runs on behind an interrupted demonstration.</summary>
    public async Task CancelAsync(CancellationToken ct)
    {
        foreach (var job in _jobs.Values.Where(job => !job.HasEnded))
        {
            try
            {
                await http.CancelAsync(job.JobId, force: true, ct);
            }
            catch (DpuRefusedException)
            {
                // It ended in this moment.
            }
        }
    }

    private async Task<bool> RunAsync(DpuClient client, DemoJob job, IReadOnlyList<Task<bool>> needs, IJobProgress progress, CancellationToken ct)
    {
        if ((await Task.WhenAll(needs)).Contains(false))
        {
            return false;
        }

        var submission = new JobSubmission(job.Sequence, ["-i", "WFI", "-C"], Tags: ["demo"]);
        var accepted = await client.SubmitAsync(submission, IdempotencyKey.Create(), ct);
        await foreach (var summary in client.WatchAsync(accepted.JobId, ct))
        {
            _jobs[job.Sequence] = summary;
            progress.Show(summary);
        }

        var end = _jobs[job.Sequence];
        progress.Note($"{StatusLine.Of(end)}  {job.Sequence}");
        return end.Status == "FINISHED";
    }
}
