using System.Collections.Immutable;
using Dpu.Domain.Estimates;
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
    public static ImmutableArray<EstimateScore> Scores(Database database, Caller? caller)
    {
        var seen = Sight.OfWhatIsMade(caller, "j", "user");
        var query = database.Prepare($"""
            SELECT t.program, t.wall_us / 1e6 / t.tasks / t.expected_seconds
            FROM step_times t JOIN (SELECT j.job_id FROM jobs j WHERE j.status = 'FINISHED' AND {seen.Sql} ORDER BY j.job_id DESC LIMIT ?) USING (job_id)
            WHERE t.tasks > 0 AND t.expected_seconds > 0
            """).Bind(seen).Bind(ScoredJobsMax);
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
