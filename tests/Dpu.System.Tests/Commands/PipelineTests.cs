using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Dpu.Client.Contracts;
using Dpu.System.Tests.Processes;
using Shouldly;
using Xunit;

namespace Dpu.System.Tests.Commands;

/// <summary>The chain of science recipes, undisturbed and with parts of the DPU killed in the middle.</summary>
public sealed class PipelineTests(SmallNight night) : IClassFixture<SmallNight>
{
    private const string Chain = "Reduce>Regrid>Coadd";
    private const int ChainTasks = (2 * SmallNight.Chips) + 1;

    // Outcomes do not wait for the log store, which writes a few times a second: what both service and keeper held in memory is gone with them.
    private static readonly TimeSpan LogsUnwritten = TimeSpan.FromSeconds(1);

    private RealDpu Dpu => night.Dpu;

    [Theory]
    [InlineData("Reduce")]
    [InlineData("Regrid")]
    [InlineData("Coadd")]
    public async Task The_service_is_killed_and_nothing_is_started_again(string step)
    {
        var job = await SubmittedUpToAsync(step);
        await Dpu.KillServiceAsync();
        await night.StartServiceAsync();
        var tasks = await FinishedAsync(job);
        tasks.ShouldAllBe(task => task.Attempts.Count == 1);
    }

    [Fact]
    public async Task The_keeper_is_killed()
    {
        var job = await SubmittedUpToAsync("Reduce");
        ProcessTable.Kill(Dpu.KeeperId);
        await FinishedAsync(job);
    }

    [Fact]
    public async Task Service_and_keeper_are_killed()
    {
        var job = await SubmittedUpToAsync("Regrid");
        ProcessTable.Kill(Dpu.KeeperId);
        await Dpu.KillServiceAsync();
        var killed = DateTimeOffset.UtcNow;
        await night.StartServiceAsync();
        await FinishedAsync(job, attempt => killed - attempt.Ended < LogsUnwritten && attempt.Ended < killed);
    }

    [FactWithAstropy]
    public async Task Products_are_good_in_the_eyes_of_astropy()
    {
        await FinishedAsync(await night.SubmitAsync(Chain));
        (await Dpu.EndOfAsync(await night.SubmitAsync("SourceList"))).Status.ShouldBe("FINISHED");
        var products = Directory.EnumerateFiles(Path.Combine(Dpu.Data, "store"), "*.fits", SearchOption.AllDirectories).ToList();
        var types = (await Dpu.Client.FindFilesAsync(null, CancellationToken.None)).Where(file => file.Task is not null).Select(file => file.Type).Distinct();
        types.ShouldBe(
            ["readnoise", "bias", "hot-pixels", "dome-flat", "twilight-flat", "master-flat", "reduced", "regridded", "coadd", "sourcelist", "quicklook"],
            ignoreOrder: true);
        var script = Dpu.NewFile("verify.py", Astropy.Verify);
        var run = (await ProgramRun.OfAsync(new ProcessStartInfo(Astropy.Python, [script, .. products]))).Exits(0);
        run.Out.Trim().ShouldBe(products.Count.ToString(CultureInfo.InvariantCulture));
        foreach (var table in Directory.EnumerateFiles(Path.Combine(Dpu.Data, "store"), "*.vot", SearchOption.AllDirectories))
        {
            (await ProgramRun.OfAsync(new ProcessStartInfo(Astropy.Python, ["-c", Astropy.VerifyVoTable, table]))).Exits(0);
        }
    }

    /// <summary>A job of the chain, of which a task of this step has a living process now.</summary>
    private async Task<int> SubmittedUpToAsync(string step)
    {
        var job = await night.SubmitAsync(Chain);
        await Eventually.HoldsAsync(() => ProcessesOf(job).Any(pid => ProcessTable.VariableOf(pid, "DPU_STEP") == step), $"a task of {step} runs");
        return job;
    }

    /// <param name="job">Which job.</param>
    /// <param name="mayLackLines">Attempts whose last lines may be missing.</param>
    private async Task<IReadOnlyList<TaskDetail>> FinishedAsync(int job, Func<AttemptDetail, bool>? mayLackLines = null)
    {
        var ended = await Dpu.EndOfAsync(job);
        (ended.Status, ended.Counts.ToString()).ShouldBe(("FINISHED", $"{ChainTasks}/0/0/0/0"));
        ProcessesOf(job).ShouldBeEmpty();
        var tasks = (await Dpu.Client.GetJobAsync(job, tasks: true, CancellationToken.None)).Tasks!;
        tasks.ShouldAllBe(task => task.Attempts.Count(attempt => attempt.State == "Normal") == 1);
        await ProductsAreThoseOfAcceptedAttemptsAsync(job, tasks);
        await LogsAreWholeAsync(job, tasks, mayLackLines ?? (_ => false));
        return tasks;
    }

    /// <summary>Every product is there as registered, and the store holds nothing of any other attempt.</summary>
    private async Task ProductsAreThoseOfAcceptedAttemptsAsync(int job, IReadOnlyList<TaskDetail> tasks)
    {
        var results = await Dpu.Client.GetResultsAsync(job, CancellationToken.None);
        results.Select(file => file.Task).Distinct().ShouldBe(
            tasks.Select(task => $"{job}/{task.Task}/{task.Attempts.Single(attempt => attempt.State == "Normal").Attempt}"), ignoreOrder: true);
        foreach (var file in results)
        {
            await using var stream = File.OpenRead(file.Path);
            Convert.ToHexStringLower(await SHA256.HashDataAsync(stream)).ShouldBe(file.Sha256);
        }

        Directory.EnumerateFiles(Path.Combine(Dpu.Data, "store", $"{job}"), "*", SearchOption.AllDirectories).ShouldBe(results.Select(file => file.Path), ignoreOrder: true);
    }

    /// <summary>Each accepted attempt has what its recipe prints first and last.</summary>
    private async Task LogsAreWholeAsync(int job, IReadOnlyList<TaskDetail> tasks, Func<AttemptDetail, bool> mayLackLines)
    {
        foreach (var task in tasks.Where(task => !mayLackLines(task.Attempts.Single(attempt => attempt.State == "Normal"))))
        {
            var accepted = task.Attempts.Single(attempt => attempt.State == "Normal").Attempt;
            var lines = new List<string>();
            await foreach (var line in Dpu.Client.GetLogsAsync(job, task.Task, CancellationToken.None))
            {
                if (line.Attempt == accepted)
                {
                    lines.Add(line.Text);
                }
            }

            lines[0].ShouldContain("Making ");
            lines[^1].ShouldContain("Wrote ");
        }
    }

    private List<int> ProcessesOf(int job) =>
        [.. ProcessTable.Mentioning(Path.Combine(Dpu.Data, "work", $"{job}") + "/").Where(pid => ProcessTable.VariableOf(pid, "DPU_JOB") == $"{job}")];
}
