using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Store;
using Dpu.Journal.Tests.EventJournal;
using Dpu.Journal.Views;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Views;

/// <summary>What was found in the output of attempts.</summary>
public sealed class FindingTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Noon = new(2000, 4, 28, 12, 0, 0, TimeSpan.Zero);
    private static readonly ImmutableArray<LogFinding> Seeing =
    [
        new("seeing", FindingLevel.Warning, Noon.AddSeconds(2), "seeing > 3, \"bad\"", 12),
        new("seeing", FindingLevel.Warning, Noon.AddSeconds(4), "seeing > 4", 12),
    ];

    private static readonly LogFinding Oom = new("oom", FindingLevel.Error, Noon.AddSeconds(3), "MemoryError", 1);

    private readonly MemoryStore _store = new(Notes.Codec);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task They_are_shown_with_their_attempt_and_counted_over_the_job()
    {
        await RunAsync();

        var tasks = await _store.Views.GetTasksAsync(new JobId(1), new TaskFilter(), None);
        tasks[0].Attempts.Select(attempt => attempt.Findings.ToArray()).ShouldBe([[Seeing[0], Oom, Seeing[1]], []]);
        tasks[1].Attempts.Single().Findings.ShouldBe([Seeing[0]]);
        (await _store.Views.GetJobAsync(new JobId(1), None))!.Findings.ShouldBe(
            [new FindingCount("Reduce", "oom", FindingLevel.Error, 1, 1), new FindingCount("Reduce", "seeing", FindingLevel.Warning, 24, 2)]);
    }

    /// <summary>The README promises these queries to operators.</summary>
    [Fact]
    public async Task The_queries_of_the_README_join_them_to_attempts_and_to_files()
    {
        await RunAsync();
        var readme = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Views", "README.md"));
        var queries = Regex.Matches(readme, "```sql\n(.*?)```", RegexOptions.Singleline).Select(match => match.Groups[1].Value).Where(sql => sql.Contains("findings", StringComparison.Ordinal)).ToList();
        queries.Count.ShouldBe(2);

        Rows(queries[0], 8).ShouldBe(["1|0|1|n1|Memory|oom|1|MemoryError", "1|0|1|n1|Memory|seeing|12|seeing > 3, \"bad\"", "1|1|1|n1||seeing|12|seeing > 3, \"bad\""]);
        Rows(queries[1], 3).ShouldBe(["ccd51.fits|ccd51|seeing > 3, \"bad\""]);
    }

    private List<string> Rows(string sql, int columns)
    {
        using var query = _store.Tables.PrepareOnce(sql);
        var rows = new List<string>();
        while (query.Step())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, columns).Select(query.TextOrNull)));
        }

        return rows;
    }

    /// <summary>Two tasks: one that fails, is tried again and ends normally; one that ends normally at once.</summary>
    private async Task RunAsync()
    {
        var none = ImmutableSortedDictionary<string, ImmutableArray<int>>.Empty;
        var groups = new StepWork.Groups(
            [new StepCommand("Reduce", "Reduce", ["reduce"], [], [], ImmutableSortedDictionary<string, string>.Empty)],
            [],
            [],
            [new TaskGroup(Chip("ccd50"), none, []), new TaskGroup(Chip("ccd51"), none, [])]);
        await _store.Journal.AppendAsync(
            JobPersistenceId.Of(new JobId(1)),
            0,
            [
                new JobEvent.Submitted(
                    new JobId(1),
                    new JobSpec("Reduce", "ann", 0, [], true, 1, "key", "f00d"),
                    new JobPlan([], [new StepPlan("Reduce", "Reduce", 0, 2, new Resources(1, 0), null, groups)]),
                    Noon),
                new JobEvent.TasksStarted("n1", Guid.Empty, [new TaskAttempt(0, 1), new TaskAttempt(1, 1)], Noon),
                new JobEvent.TasksEnded("n1", [End(0, 1, FailureCause.Memory, [.. Seeing, Oom]), End(1, 1, null, [Seeing[0]])], Noon.AddSeconds(9)),
                new JobEvent.TasksStarted("n2", Guid.Empty, [new TaskAttempt(0, 2)], Noon.AddSeconds(10)),
                new JobEvent.TasksEnded("n2", [End(0, 2, null, [])], Noon.AddSeconds(19)),
            ],
            None);
        await _store.Views.CaughtUpAsync(None);
    }

    private static AttemptEnd End(int task, int number, FailureCause? cause, ImmutableArray<LogFinding> findings)
    {
        var exit = new AttemptExit(EndReason.Exited, cause is null ? 0 : 1, null, Noon, Noon.AddSeconds(8), 1, 1 << 20, MemorySource.Sampled, 7);
        var chip = $"ccd5{task}";
        var metadata = ImmutableSortedDictionary<string, MetadataValue>.Empty.Add("chip", MetadataValue.Of(chip));
        var outputs = cause is null ? [new OutputFile($"1.{task}.{number}.reduced", $"{chip}.fits", $"{chip}.fits", 1, "", "reduced", true, metadata, [])] : ImmutableArray<OutputFile>.Empty;
        return new AttemptEnd(task, number, cause, cause is not null, "", exit, [], outputs) { Findings = findings };
    }

    private static ImmutableSortedDictionary<string, string> Chip(string name) => ImmutableSortedDictionary<string, string>.Empty.Add("chip", name);
}
