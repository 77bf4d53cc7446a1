using Dpu.Service;

namespace Dpu.Cli.Commands;

/// <summary>A DPU in this very process.</summary>
internal static class Host
{
    /// <exception cref="ServiceFailedException">It does not start; the message says why.</exception>
    public static async Task<DpuHost> StartAsync(ServeRequest request, CancellationToken ct)
    {
        try
        {
            return await DpuHost.StartAsync(request, ct);
        }
        catch (StartupException e)
        {
            throw new ServiceFailedException(e.Message, e.ExitCode);
        }
    }

    /// <summary>Until the service stops by itself or <paramref name="ct"/> asks for it.</summary>
    /// <exception cref="ServiceFailedException">The service had to stop.</exception>
    public static async Task WaitAsync(DpuHost host, CancellationToken ct)
    {
        try
        {
            await host.WhenStopped.WaitAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Asked for: the caller stops it in order.
        }
        catch (Exception e)
        {
            throw new ServiceFailedException(
                $"The service had to stop: {e.Message} Details are in {Path.Combine(host.DataDirectory, "service.log")}. Start it again: recipes that run are adopted.", ExitCodes.NoAnswer);
        }
    }

    /// <summary>As people write it, without the last slash.</summary>
    public static string AddressOf(DpuHost host) => host.Address.GetLeftPart(UriPartial.Authority);
}
