using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;

namespace Dpu.Service.Shipping;

/// <summary>Where a node gets archives of code from: the frontend's own disk, or over HTTP.</summary>
internal interface ICodeSource
{
    /// <summary>Brings an archive, and says where it is.</summary>
    /// <param name="attempt">Whose code it is.</param>
    /// <param name="code">Which.</param>
    /// <param name="part">Where it may be written; what is there already is from an earlier try. Removed by the caller.</param>
    /// <param name="progress">Counts its bytes.</param>
    /// <param name="cancellationToken">The attempt is not wanted any more.</param>
    /// <returns>The path of a file with this checksum.</returns>
    /// <exception cref="TaskFilesException">It is not there, or is another one.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    Task<string> BringAsync(AttemptId attempt, ShippedCode code, string part, FileProgress progress, CancellationToken cancellationToken);
}
