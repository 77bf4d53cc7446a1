using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;
using Dpu.Service.Shipping;

namespace Dpu.Service.Nodes;

/// <summary>Archives that a frontend has, over HTTP.</summary>
internal sealed class BroughtCode(StagingClient client) : ICodeSource
{
    public async Task<string> BringAsync(AttemptId attempt, ShippedCode code, string part, FileProgress progress, CancellationToken cancellationToken)
    {
        await client.DownloadCodeAsync(attempt, code, part, progress, cancellationToken);
        return part;
    }
}
