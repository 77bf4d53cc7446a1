using System.Globalization;
using Dpu.Actors.Scaling;
using Dpu.Client.Trust;
using Dpu.Domain.Scaling;
using Dpu.Service.Configuration;

namespace Dpu.Service.Pilots;

/// <summary>Pilots for one batch system: makes the key, the package and the script of each, and hands it over.</summary>
/// <param name="provider">The batch system's commands.</param>
/// <param name="settings">What the site wants.</param>
/// <param name="launches">The program for other hosts.</param>
/// <param name="keys">A key for each.</param>
internal sealed class BatchPilots(IPilotProvider provider, PilotSettings settings, NodeLaunches launches, PilotKeys keys) : IPilots
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(90);

    private readonly PilotFiles? _shared = settings.SharedDirectory is { } folder ? new PilotFiles(folder) : null;

    public string Via => provider.Name;

    public async Task<string> SubmitAsync(PilotOrder order, CancellationToken cancellationToken)
    {
        if (provider.ScriptsAreReadable && _shared is null)
        {
            throw new BatchSystemException($"{Via} shows running scripts to everybody on their host, and a pilot's key must not stand there: set dpu.scaling.shared-dir to a directory that all hosts share.");
        }

        try
        {
            var start = await StartOfAsync(order, cancellationToken);
            var output = _shared?.LogOf(order.Name) ?? $"/tmp/{order.Name}.log";
            return await provider.SubmitAsync(new PilotJob(order.Name, NodeScript.Pilot(start), settings.Needs, settings.WallTime, output), cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new BatchSystemException($"{order.Name} cannot be prepared: {error.Message}");
        }
    }

    public Task<IReadOnlyList<BatchJob>> ListAsync(CancellationToken cancellationToken) => provider.ListAsync(cancellationToken);

    public Task CancelAsync(string batchId, CancellationToken cancellationToken) => provider.CancelAsync(batchId, cancellationToken);

    public async Task ForgetAsync(string name, CancellationToken cancellationToken)
    {
        _shared?.RemoveKey(name);
        await keys.RevokeAsync(name, cancellationToken);
    }

    private async Task<NodeStart> StartOfAsync(PilotOrder order, CancellationToken cancellationToken)
    {
        var start = await launches.StartOfAsync(order.Name, settings.Frontends, cancellationToken);
        var key = await keys.CreateAsync(order.Name, cancellationToken);
        start = start with { Cache = settings.Cache ?? "", WallTime = settings.WallTime, Arguments = [.. start.Arguments, .. ArgumentsOf(order)] };
        return _shared is null
            ? start with { Key = key }
            : start with { KeyFile = _shared.WriteKey(order.Name, key), SharedPackage = _shared.Share(launches.Find(start.Package)!) };
    }

    private IReadOnlyList<string> ArgumentsOf(PilotOrder order)
    {
        // What runs may end in the time between the notice of the end and the end.
        List<string> arguments = ["-D", string.Create(CultureInfo.InvariantCulture, $"dpu.service.stop-grace={StopGrace.TotalSeconds} s"), "--cpus", settings.Needs.Cpus.ToString(CultureInfo.InvariantCulture)];
        if (settings.Needs.MemoryBytes > 0)
        {
            arguments.AddRange(["--memory", settings.Needs.MemoryBytes.ToString(CultureInfo.InvariantCulture)]);
        }

        if (!order.Lasting)
        {
            arguments.AddRange(["--idle-exit", string.Create(CultureInfo.InvariantCulture, $"{settings.Scaling.Policy.IdleExit.TotalSeconds}s")]);
        }

        arguments.AddRange(settings.Tags.SelectMany(tag => new[] { "--tag", tag }));
        return arguments;
    }
}

/// <summary>What pilots find in a directory that all hosts share.</summary>
internal sealed class PilotFiles(string folder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string LogOf(string pilot) => Path.Combine(Made("logs"), $"{pilot}.log");

    /// <summary>Where the key now stands, for its user only.</summary>
    public string WriteKey(string pilot, string line)
    {
        var path = KeyOf(pilot);
        SecretFile.Write(path, line + "\n", replace: true);
        return path;
    }

    public void RemoveKey(string pilot) => File.Delete(KeyOf(pilot));

    /// <summary>Where the package stands for all; copied once.</summary>
    public string Share(NodePackage package)
    {
        var path = Path.Combine(Made("packages"), Path.GetFileName(package.Path));
        if (!File.Exists(path))
        {
            var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
            try
            {
                File.Copy(package.Path, temporary);
                File.Move(temporary, path, overwrite: true);
            }
            finally
            {
                File.Delete(temporary);
            }
        }

        return path;
    }

    private string KeyOf(string pilot) => Path.Combine(Made("keys"), $"{pilot}.key");

    private string Made(string name) => Directory.CreateDirectory(Path.Combine(folder, name), OwnerOnly).FullName;
}
