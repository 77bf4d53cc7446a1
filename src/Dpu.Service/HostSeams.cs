using System.Net;
using System.Reflection;
using Dpu.Keeper;
using Dpu.Kernel.Persistence;

namespace Dpu.Service;

/// <summary>What tests put something of their own in place of.</summary>
/// <param name="Journal">Wraps the journal.</param>
/// <param name="Keeper">How a keeper is started.</param>
internal sealed record HostSeams(Func<IEventJournal, IEventJournal> Journal, KeeperCommand Keeper)
{
    /// <summary>Whether a caller's address is this host's own loopback; callers without one came by no network.</summary>
    public Func<IPAddress?, bool> IsLoopback { get; init; } = static address => address is null || IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    public static HostSeams Default { get; } = new(journal => journal, OwnProgram("keeper"));

    /// <summary>This very program with another command.</summary>
    private static KeeperCommand OwnProgram(string command)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("The program's own path is unknown.");
        return Path.GetFileName(program) == "dotnet"
            ? new KeeperCommand(program, [Assembly.GetEntryAssembly()!.Location, command])
            : new KeeperCommand(program, [command]);
    }
}
