using Dpu.Client.Contracts;
using Dpu.Hocon;

namespace Dpu.Service.Configuration;

/// <summary>A configuration that was read and is right: what was written, and what it means.</summary>
internal sealed record LoadedConfiguration(HoconObject Written, DpuOptions Options);

/// <summary>
/// The configuration that holds: one immutable value, which a reload replaces as a whole. Whoever needs several of its parts for one thing reads it once.
/// </summary>
/// <remarks>One writer at a time (<see cref="Take"/>), any number of readers.</remarks>
internal sealed class LiveConfiguration(LoadedConfiguration started, LiveKeys keys)
{
    private readonly LoadedConfiguration _started = started;
    private volatile LoadedConfiguration _now = started;

    public DpuOptions Options => _now.Options;

    /// <summary>
    /// Takes over what can change while the service runs, and tells all that differs. What needs a restart goes on as it was at the start, and is compared with
    /// that each time: it is told until then.
    /// </summary>
    public ReloadReport Take(LoadedConfiguration fresh)
    {
        var since = ConfigurationDiff.Between(_now.Written, fresh.Written, keys).Where(static change => change.Live);
        var pending = ConfigurationDiff.Between(_started.Written, fresh.Written, keys).Where(static change => !change.Live);
        var report = new ReloadReport([.. since, .. pending]);
        _now = new LoadedConfiguration(fresh.Written, _started.Options.WithLive(fresh.Options));
        return report;
    }
}
