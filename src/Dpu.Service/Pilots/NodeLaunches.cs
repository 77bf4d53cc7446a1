using System.Globalization;
using System.Security.Cryptography;

namespace Dpu.Service.Pilots;

/// <summary>What a host needs to be told to become a node of this DPU.</summary>
/// <param name="packages">The program, packed.</param>
/// <param name="addresses">Where this frontend is reached, unless something else is configured.</param>
/// <param name="killGrace">As configured here: a node with a longer one would not be let in.</param>
internal sealed class NodeLaunches(NodePackages packages, Func<IReadOnlyList<Uri>> addresses, TimeSpan killGrace)
{
    private readonly Lazy<RunningProgram> _program = new(RunningProgram.Here);

    /// <summary>A start without a key.</summary>
    /// <param name="name">The node's name.</param>
    /// <param name="frontends">Where it finds the DPU; none for this frontend's own address.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The program cannot be packed.</exception>
    /// <exception cref="InvalidOperationException">It does not run on a shared .NET.</exception>
    public async Task<NodeStart> StartOfAsync(string name, IReadOnlyList<Uri> frontends, CancellationToken cancellationToken)
    {
        var program = _program.Value;
        var package = await packages.OfAsync(program, cancellationToken);
        await using var file = File.OpenRead(program.EntryPath);
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
        return new NodeStart(name, frontends.Count > 0 ? frontends : addresses(), package.Sha256, program, sha256)
        {
            Arguments = ["-D", string.Create(CultureInfo.InvariantCulture, $"dpu.task.kill-grace={killGrace.TotalMilliseconds} ms")],
        };
    }

    public NodePackage? Find(string sha256) => packages.Find(sha256);
}
