using Dpu.Journal.EventJournal;
using Dpu.Journal.Store;
using Dpu.Journal.Tests.Store;
using Dpu.Kernel.Persistence;

namespace Dpu.Journal.Tests.EventJournal;

/// <summary>A journal under test, and how it is closed and opened again.</summary>
public abstract class JournalHarness : IAsyncDisposable
{
    public abstract IEventJournal Journal { get; }

    public abstract IJournalReader Reader { get; }

    /// <summary>Closes and opens it, from here on with another codec.</summary>
    public abstract Task ReopenAsync(IEventCodec? codec = null);

    public abstract ValueTask DisposeAsync();
}

/// <summary>The journal in memory. It lives as long as its process: closing it is nothing.</summary>
public sealed class MemoryHarness : JournalHarness
{
    private readonly SwitchingCodec _codec = new();
    private readonly MemoryEventJournal _journal;

    public MemoryHarness() => _journal = new MemoryEventJournal(_codec);

    public override IEventJournal Journal => _journal;

    public override IJournalReader Reader => _journal;

    public override Task ReopenAsync(IEventCodec? codec = null)
    {
        _codec.Inner = codec ?? _codec.Inner;
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class SwitchingCodec : IEventCodec
    {
        public IEventCodec Inner { get; set; } = Notes.Codec;

        public (string Name, ReadOnlyMemory<byte> Payload) Encode(object @event) => Inner.Encode(@event);

        public object Decode(string name, ReadOnlyMemory<byte> payload) => Inner.Decode(name, payload);
    }
}

/// <summary>The journal in a file.</summary>
public sealed class SqliteHarness : JournalHarness
{
    private readonly TemporaryFolder _folder = new();
    private readonly DataDirectory _directory;
    private SqliteStore _store;

    public SqliteHarness()
    {
        _directory = DataDirectory.Take(_folder["data"]);
        _store = SqliteStore.Open(_directory, Notes.Codec, TimeProvider.System);
    }

    public override IEventJournal Journal => _store.Journal;

    public override IJournalReader Reader => _store.Reader;

    public override async Task ReopenAsync(IEventCodec? codec = null)
    {
        await _store.DisposeAsync();
        _store = SqliteStore.Open(_directory, codec ?? Notes.Codec, TimeProvider.System);
    }

    public override async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
        _folder.Dispose();
    }
}
