using Dpu.Client.Contracts;
using Dpu.Service.Configuration;
using Microsoft.Extensions.Logging;

namespace Dpu.Service.Hosting;

/// <summary>Reads the configuration again as it was read at the start, one reload at a time, and says in the log what changed.</summary>
/// <param name="load">Reads and checks it.</param>
/// <param name="live">Takes it over.</param>
/// <param name="apply">Tells those who keep something of it; called whenever something changed that holds at once.</param>
/// <param name="logger">The service's log.</param>
internal sealed class Reloading(Func<LoadedConfiguration> load, LiveConfiguration live, Action<DpuOptions> apply, ILogger logger)
{
    private readonly Lock _gate = new();

    /// <summary>Takes over what is written now.</summary>
    /// <exception cref="StartupException">It is wrong; nothing has changed.</exception>
    public ReloadReport Reload()
    {
        lock (_gate)
        {
            try
            {
                var report = live.Take(load());
                if (report.Changes.Any(static change => change.Live))
                {
                    apply(live.Options);
                }

                Log(report);
                return report;
            }
            catch (StartupException error)
            {
                HostLog.NotReloaded(logger, error.Message);
                throw;
            }
        }
    }

    /// <summary>Does something with the options in force that must not miss a reload.</summary>
    public void Begin(Action<DpuOptions> begin)
    {
        lock (_gate)
        {
            begin(live.Options);
        }
    }

    private void Log(ReloadReport report)
    {
        HostLog.Reloaded(logger, report.Changes.Count);
        foreach (var change in report.Changes)
        {
            HostLog.ConfigurationChanged(logger, change.Text);
        }
    }
}
