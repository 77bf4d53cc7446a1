using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>What is known of how long tasks take, and of how well that was foretold.</summary>
internal static class HistoryQueries
{
    /// <summary>The condition for a kind. A value that it does not have is an empty text: a key's columns are never null.</summary>
    public const string OfKind = "WHERE program = ? AND is_recipe = ? AND instrument = ? AND chip = ?";

    /// <summary>Jobs that are judged: the last ones.</summary>
    private const int ScoredJobsMax = 1000;

    /// <summary>Runs of a sequence are looked for among the last jobs: a question costs the same however long the DPU runs.</summary>
    private const int LookedAtMax = 20_000;

    public static Statement Bind(Statement statement, TaskKind kind) =>
        statement.Bind(kind.Program).Bind(kind.IsRecipe).Bind(kind.Instrument ?? "").Bind(kind.Chip ?? "");

    /// <summary>Figures of each kind or the next wider one of which enough is known; a kind of which too little is known is left out.</summary>
    public static ImmutableDictionary<TaskKind, TaskFigures> Figures(Database database, IEnumerable<TaskKind> kinds)
    {
        var read = new Dictionary<TaskKind, TaskFigures?>();
        var figures = ImmutableDictionary.CreateBuilder<TaskKind, TaskFigures>();
        foreach (var kind in kinds.Distinct())
        {
            foreach (var wider in kind.Wider())
            {
                if (!read.TryGetValue(wider, out var found))
                {
                    read.Add(wider, found = Read(database, wider));
                }

                if (found is not null)
                {
                    figures.Add(kind, found);
                    break;
                }
            }
        }

        return figures.ToImmutable();
    }

    /// <summary>
    /// By program, over the last finished jobs. A step's estimate is a task's time × rounds on the cpus; what it took is measured the same way, so that the
    /// rounds cancel: the mean time of its tasks is compared with the time that was expected of one.
    /// </summary>
    /// <param name="database">Where from.</param>
    /// <param name="caller">Who asks; null for the DPU itself, which sees all.</param>
    /// <param name="from">Only jobs that ended at this time or later.</param>
    /// <param name="to">Only jobs that ended before.</param>
    public static ImmutableArray<EstimateScore> Scores(Database database, Caller? caller, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var seen = Sight.OfWhatIsMade(caller, "j", "user");
        var (ended, order) = from is { } begin && to is { } end
            ? (new Condition("j.ended_at >= ? AND j.ended_at < ?", [TextOf(begin), TextOf(end)]), "j.ended_at")
            : (Condition.Always, "j.job_id");
        var query = database.Prepare($"""
            SELECT t.program, t.wall_us / 1e6 / t.tasks / t.expected_seconds
            FROM step_times t JOIN (SELECT j.job_id FROM jobs j WHERE j.status = 'FINISHED' AND {seen.Sql} AND {ended.Sql} ORDER BY {order} DESC LIMIT ?) USING (job_id)
            WHERE t.tasks > 0 AND t.expected_seconds > 0
            """).Bind(seen).Bind(ended).Bind(ScoredJobsMax);
        var ratios = new List<(string Program, double Ratio)>();
        while (query.Step())
        {
            ratios.Add((query.Text(0), query.Double(1)));
        }

        return
        [
            .. ratios.GroupBy(pair => pair.Program, pair => pair.Ratio, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => EstimateScore.Of(group.Key, [.. group])),
        ];
    }

    /// <summary>The last finished runs of a sequence with released code, and figures of its programs: of those that ran last, or, before the first run, of its recipes.</summary>
    public static SequenceRuns OfSequence(Database database, string sequence, IReadOnlyCollection<string> recipes, int limit, Caller? caller)
    {
        var runs = Runs(database, sequence, limit, caller);
        var programs = runs.IsEmpty ? recipes : ProgramsOf(database, runs[0].Job.Value);
        var kinds = programs.Select(program => new TaskKind(program, IsRecipe: true, null, null)).Distinct().ToImmutableArray();
        var figures = Figures(database, kinds);
        return new SequenceRuns(
            runs,
            [.. kinds.Where(figures.ContainsKey).Select(kind => figures[kind])],
            [.. Scores(database, caller).Where(score => programs.Contains(score.Program, StringComparer.Ordinal))]);
    }

    private static ImmutableArray<SequenceRun> Runs(Database database, string sequence, int limit, Caller? caller)
    {
        var seen = Sight.OfLines(caller, "jobs");
        var query = database.Prepare($"""
            SELECT job_id, user, submitted_at, started_at, ended_at, estimated_seconds, normal FROM jobs INDEXED BY jobs_of_status
            WHERE status = 'FINISHED' AND job_id > (SELECT COALESCE(MAX(job_id), 0) FROM jobs) - ? AND sequence = ? AND code_sha256 IS NULL AND started_at IS NOT NULL AND {seen.Sql}
            ORDER BY job_id DESC LIMIT ?
            """).Bind(LookedAtMax).Bind(sequence).Bind(seen).Bind(limit);
        var runs = ImmutableArray.CreateBuilder<SequenceRun>();
        while (query.Step())
        {
            runs.Add(new SequenceRun(new JobId(query.Int(0)), query.Text(1), query.Time(2), query.Time(3), query.Time(4), query.Double(5), query.Int(6)));
        }

        return runs.ToImmutable();
    }

    private static IReadOnlyCollection<string> ProgramsOf(Database database, int job)
    {
        var query = database.Prepare("SELECT program FROM step_times WHERE job_id = ? ORDER BY step").Bind(job);
        var programs = new List<string>();
        while (query.Step())
        {
            programs.Add(query.Text(0));
        }

        return programs;
    }

    private static string TextOf(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static TaskFigures? Read(Database database, TaskKind kind)
    {
        var query = Bind(database.Prepare($"SELECT wall_us, max_rss_bytes FROM task_samples {OfKind}"), kind);
        var (seconds, bytes) = (new List<double>(), new List<double>());
        while (query.Step())
        {
            seconds.Add(query.Long(0) / 1e6);
            bytes.Add(query.Long(1));
        }

        return seconds.Count < TaskFigures.SamplesMin ? null : new TaskFigures(kind, seconds.Count, Quantiles.Of(seconds), Quantiles.Of(bytes));
    }
}
