using Dpu.Journal.Catalog;
using Dpu.Journal.EventJournal;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Views;
using Dpu.Kernel.Persistence;

namespace Dpu.Journal.Store;

/// <summary>
/// The durable state of an embedded DPU: one SQLite file <c>dpu.db</c> that holds the journal, the views and the catalog. One writer (a thread of its
/// own), any number of readers that it never waits for.
/// </summary>
/// <remarks>
/// WAL with <c>synchronous=FULL</c>: what was acknowledged is on the disk. After an error (disk full, I/O) nothing of the failed group is visible, and the
/// next call tries anew.
/// </remarks>
public sealed class SqliteStore : IAsyncDisposable
{
    private readonly StoreWriter _writer;
    private readonly ReaderPool _reads;

    private SqliteStore(StoreWriter writer, ReaderPool reads, IEventCodec codec)
    {
        _writer = writer;
        _reads = reads;
        var journal = new SqliteEventJournal(writer, reads, codec);
        Journal = journal;
        Reader = journal;
        Views = new SqliteViews(reads, writer.ViewsCaughtUpAsync);
        Catalog = new SqliteCatalog(reads);
    }

    /// <summary>The journal behind persistent actors.</summary>
    public IEventJournal Journal { get; }

    /// <summary>The same journal over all actors, in commit order.</summary>
    public IJournalReader Reader { get; }

    /// <summary>The views; they follow the journal by themselves.</summary>
    public IViews Views { get; }

    /// <summary>The files.</summary>
    public ICatalog Catalog { get; }

    /// <summary>Opens the database in a data directory that the caller holds; creates or migrates it first.</summary>
    /// <exception cref="StoreException">It is of a newer version, damaged, or cannot be written.</exception>
    public static SqliteStore Open(DataDirectory directory, IEventCodec codec, TimeProvider time)
    {
        Database? database = null;
        try
        {
            DataDirectory.CreateFile(directory.DatabasePath);
            database = Database.OpenWriter(directory.DatabasePath);
            database.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
            database.Execute("PRAGMA wal_autocheckpoint = 2000; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY");
            SchemaVersion.Migrate(database, JournalTables.Migrations, time);
            var writer = new StoreWriter(database, codec, time);
            writer.Start();
            return new SqliteStore(writer, new ReaderPool(directory.DatabasePath), codec);
        }
        catch (Exception failure)
        {
            database?.Dispose();
            if (failure is JournalException or IOException or UnauthorizedAccessException)
            {
                throw new StoreException($"The database '{directory.DatabasePath}' cannot be opened: {failure.Message}", failure);
            }

            throw;
        }
    }

    /// <summary>Empties the views and folds the whole journal again. Meanwhile they show an earlier time.</summary>
    public Task RebuildViewsAsync(CancellationToken cancellationToken) => _writer.RebuildViewsAsync(cancellationToken);

    /// <summary>Writes what waits, then closes. The data directory stays the caller's.</summary>
    public ValueTask DisposeAsync()
    {
        _reads.Dispose();
        _writer.Dispose();
        return ValueTask.CompletedTask;
    }
}
