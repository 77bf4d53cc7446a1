using Dpu.Cluster.Frontend;
using Dpu.Domain.Jobs;

namespace Dpu.Simulated;

/// <summary>The store of outputs: what nodes have brought there, and how it looks to the frontend.</summary>
internal sealed class SimulatedOutputs
{
    private readonly HashSet<(AttemptId Attempt, string Path)> _files = [];

    public void Bring(AttemptId attempt, string path) => _files.Add((attempt, path));

    /// <summary>The frontend's look at it, which takes its time and fails when the disk does.</summary>
    public IBroughtOutputs SeenBy(ServiceWorld service) => new Look(this, service);

    private sealed class Look(SimulatedOutputs outputs, ServiceWorld service) : IBroughtOutputs
    {
        private static readonly TimeSpan LatencyMax = TimeSpan.FromMilliseconds(20);
        private static readonly string Sha256 = new('0', 64);

        public async Task<BroughtOutput?> FindAsync(AttemptId attempt, string path, CancellationToken cancellationToken)
        {
            await service.DelayAsync(LatencyMax, cancellationToken);
            if (service.Chance(service.Faults.FailFiles))
            {
                throw new SimulatedFailure("Simulated: the store cannot be read.");
            }

            return outputs._files.Contains((attempt, path)) ? new BroughtOutput(1, Sha256) : null;
        }

        public async Task CloseAsync(AttemptId attempt, CancellationToken cancellationToken)
        {
            await service.DelayAsync(LatencyMax, cancellationToken);
            if (service.Chance(service.Faults.FailFiles))
            {
                throw new SimulatedFailure("Simulated: what is half there cannot be removed.");
            }
        }
    }
}
