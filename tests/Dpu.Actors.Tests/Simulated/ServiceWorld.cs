using Dpu.TestKit;

namespace Dpu.Actors.Tests.Simulated;

/// <summary>What the stores of one service's process share: its clock, which stops with it, chance, and the faults of the world.</summary>
internal sealed class ServiceWorld(Simulation simulation, TimeProvider time, Faults faults)
{
    public Faults Faults { get; } = faults;

    public Random Random => simulation.Random;

    public Task DelayAsync(TimeSpan longest, CancellationToken cancellationToken) =>
        Task.Delay(Pauses.UpTo(longest, Random), time, cancellationToken);

    public bool Chance(double share) => share > 0 && Random.NextDouble() < share;
}
