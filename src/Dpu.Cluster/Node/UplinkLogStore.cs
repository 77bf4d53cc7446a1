using Dpu.Journal.Logs;
using Dpu.Kernel;

namespace Dpu.Cluster.Node;

/// <summary>
/// The frontend's log store as a node sees it. What is handed over while there is no link waits: the keeper has it too, on disk if it must, and
/// whoever hands over bounds what waits here.
/// </summary>
public sealed class UplinkLogStore(IActorRef<UplinkMessage> uplink) : ILogStore
{
    private const long FrameBytes = 1 << 20;

    /// <inheritdoc/>
    public Task AppendAsync(IReadOnlyList<LogChunk> chunks, CancellationToken cancellationToken) =>
        Task.WhenAll(InFrames(chunks).Select(Store).ToList()).WaitAsync(cancellationToken);

    private Task Store(IReadOnlyList<LogChunk> chunks)
    {
        var stored = new TaskCompletionSource();
        uplink.Tell(new UplinkMessage.StoreLogs(chunks, stored));
        return stored.Task;
    }

    private static IEnumerable<IReadOnlyList<LogChunk>> InFrames(IReadOnlyList<LogChunk> chunks)
    {
        var frame = new List<LogChunk>();
        var bytes = 0L;
        foreach (var chunk in chunks)
        {
            if (bytes > 0 && bytes + chunk.Bytes.Length > FrameBytes)
            {
                yield return frame;
                (frame, bytes) = ([], 0);
            }

            frame.Add(chunk);
            bytes += chunk.Bytes.Length;
        }

        yield return frame;
    }

    /// <inheritdoc/>
    public Task<LogPage> ReadAsync(LogSelection selection, LogCursor from, int maxBytes, CancellationToken cancellationToken)
    {
        if (selection is not { Task: { } task, Attempt: { } attempt })
        {
            throw new NotSupportedException("A node reads the output of single attempts only.");
        }

        var read = new TaskCompletionSource<LogPage>();
        uplink.Tell(new UplinkMessage.ReadLogs(new Domain.Jobs.AttemptId(selection.Job, task, attempt), from, maxBytes, read));
        return read.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<LogTail> ReadBackAsync(LogSelection selection, LogCursor? before, int maxBytes, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Nobody pages back in logs on a node.");

    /// <inheritdoc/>
    public Task WaitAsync(Domain.Jobs.JobId job, LogCursor from, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Nobody follows logs on a node.");

    /// <summary>Nothing waits here to be written: the frontend's store decides when it writes.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
