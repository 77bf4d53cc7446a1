using System.Security.Cryptography;
using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;

namespace Dpu.Service.Shipping;

/// <summary>Archives of a frontend's own disk, for the node in the same process.</summary>
internal sealed class StoredCode(CodeStore store) : ICodeSource
{
    public async Task<string> BringAsync(AttemptId attempt, ShippedCode code, string part, FileProgress progress, CancellationToken cancellationToken)
    {
        var path = store.PathOf(code.Sha256);
        try
        {
            await using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)) == code.Sha256
                ? path
                : throw new TaskFilesException(FailureCause.Data, $"the code {path} has changed on the disk: its SHA-256 is another one");
        }
        catch (FileNotFoundException)
        {
            throw new TaskFilesException(FailureCause.Data, $"the code {path} is not there any more");
        }
    }
}
