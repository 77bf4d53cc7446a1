using Dpu.Domain.Execution;

namespace Dpu.Keeper.Tests;

/// <summary>For tests in which there is one keeper only: calls are meant for the one that is there.</summary>
internal static class OfOneKeeper
{
    public static void Start(this KeeperLauncher launcher, IReadOnlyList<LaunchRequest> requests) => launcher.Start(launcher.Incarnation, requests);

    public static void Acknowledge(this KeeperLauncher launcher, long sequenceNr) => launcher.Acknowledge(launcher.Incarnation, sequenceNr);
}
