using Dpu.Journal.Logs;
using Dpu.Journal.Tests.Store;

namespace Dpu.Journal.Tests.Logs;

public abstract class LogHarness : IAsyncDisposable
{
    public abstract ILogStore Store { get; }

    public abstract Task ReopenAsync();

    public abstract ValueTask DisposeAsync();
}

public sealed class MemoryLogHarness : LogHarness
{
    public override ILogStore Store { get; } = new MemoryLogStore();

    public override Task ReopenAsync() => Task.CompletedTask;

    public override ValueTask DisposeAsync() => Store.DisposeAsync();
}

/// <summary>Logs in files, with blocks and segments so small that a few hundred lines fill many of both.</summary>
public sealed class FileLogHarness : LogHarness
{
    private readonly TemporaryFolder _folder = new();
    private FileLogStore _store;

    public FileLogHarness() => _store = FileLogStore.Open(Options, TimeProvider.System);

    public FileLogStoreOptions Options => FileLogStoreOptions.In(_folder.Path) with
    {
        BlockBytes = 512,
        SegmentBytesMax = 2048,
        FlushAfter = TimeSpan.FromMilliseconds(1),
    };

    public override ILogStore Store => _store;

    public override async Task ReopenAsync()
    {
        await _store.DisposeAsync();
        _store = FileLogStore.Open(Options, TimeProvider.System);
    }

    public override async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }
}
