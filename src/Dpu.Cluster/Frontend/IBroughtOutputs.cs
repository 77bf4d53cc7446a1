using Dpu.Domain.Jobs;

namespace Dpu.Cluster.Frontend;

/// <summary>The seam to what nodes have left in the store.</summary>
public interface IBroughtOutputs
{
    /// <summary>What is there; null when nothing is.</summary>
    /// <param name="attempt">Whose.</param>
    /// <param name="path">Relative to the attempt's folder, and without a flaw (<see cref="StoredPath.FlawOf"/>).</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    Task<BroughtOutput?> FindAsync(AttemptId attempt, string path, CancellationToken cancellationToken);

    /// <summary>No node may bring anything for this attempt any more: what is half there goes, and all of it if it will never be registered.</summary>
    /// <exception cref="IOException">Something cannot be removed now; it stays, invisible, and takes up room.</exception>
    Task CloseAsync(AttemptId attempt, CancellationToken cancellationToken);
}

/// <summary>A file that a node left in the store.</summary>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Sha256">Of what arrived here; null when it did not arrive over HTTP: the node wrote it, because it shares the store's file system.</param>
public sealed record BroughtOutput(long SizeBytes, string? Sha256);
