using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>
/// Keeps how many attempts ended in each second of the last hour of work as rows of <c>recent_ends</c>: how busy the DPU is is asked at every look at the queue, and must not cost more the busier it is.
/// </summary>
internal sealed class EndsProjection(Database database)
{
    /// <summary>Seconds before the newest end that are kept.</summary>
    public const long KeptSeconds = 3600;

    private readonly Dictionary<long, long> _pending = [];

    public void Apply(JobEvent.TasksEnded ended)
    {
        var second = ended.At.ToUnixTimeSeconds();
        _pending[second] = _pending.GetValueOrDefault(second) + ended.Ends.Length;
    }

    public void Flush()
    {
        if (_pending.Count == 0)
        {
            return;
        }

        foreach (var (second, ends) in _pending)
        {
            database.Prepare("INSERT INTO recent_ends (second, ends) VALUES (?, ?) ON CONFLICT (second) DO UPDATE SET ends = ends + excluded.ends").Bind(second).Bind(ends).Run();
        }

        // Of what is older than the newest by so much nothing is left after any batch: so batches do not matter.
        database.Prepare("DELETE FROM recent_ends WHERE second <= (SELECT MAX(second) FROM recent_ends) - ?").Bind(KeptSeconds).Run();
        Forget();
    }

    public void Forget() => _pending.Clear();
}
