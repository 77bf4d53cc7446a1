using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Waiting;

/// <summary>
/// Asks from time to time how the DPU itself is while somebody waits for a job: on a full disk no status changes, so that the wait would end
/// never and say nothing.
/// </summary>
/// <param name="http">Whom to ask.</param>
/// <param name="time">The clock between questions.</param>
/// <param name="interval">How long between questions.</param>
/// <param name="say">Told once per trouble.</param>
internal sealed class TroubleWatch(DpuHttpClient http, TimeProvider time, TimeSpan interval, Action<string> say)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private bool _said;

    /// <summary>Goes on until it is cancelled; it never fails.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await Task.Delay(interval, time, ct);
                await LookAsync(ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Nobody waits any more.
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        try
        {
            var health = await http.GetHealthAsync(ct);
            var impaired = health.State == HealthInfo.Impaired;
            if (impaired && !_said)
            {
                say($"The DPU is impaired, so that jobs do not get on until this is mended: {health.Reason}");
            }

            _said = impaired;
        }
        catch (DpuException)
        {
            // That it cannot be reached is said by what follows the job.
        }
    }
}
