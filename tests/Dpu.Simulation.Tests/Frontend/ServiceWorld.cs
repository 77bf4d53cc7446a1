namespace Dpu.Simulated;

/// <summary>What the fakes of one service's process share: its clock, which stops with it, chance, and the faults of the world.</summary>
internal sealed class ServiceWorld(SimulatedWorld world, TimeProvider time)
{
    public Faults Faults => world.Faults;

    public PlantedBug Planted => world.Planted;

    public Task DelayAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        var pause = Pauses.UpTo(longest, world.Random);
        return pause == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(pause, time, cancellationToken);
    }

    public bool Chance(double share) => world.Chance(share);
}
