using System.Collections.Concurrent;
using Dpu.Journal.Catalog;
using Dpu.Journal.EventJournal;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Views;

namespace Dpu.Journal.Store;

/// <summary>
/// The same as <see cref="SqliteStore"/> for simulations: the journal is a list, the views are tables in memory that are brought up to date when they are
/// read. Every call completes before it returns, on the caller's thread. Used by one thread at a time.
/// </summary>
public sealed class MemoryStore : IDisposable
{
    /// <summary>
    /// Tables of stores that were disposed of, and the statements prepared on them: to make them costs a short simulation about as much as all else that it does with them.
    /// </summary>
    private static readonly ConcurrentBag<Database> Spare = [];

    private readonly Database _database;
    private readonly MemoryReads _reads;
    private readonly Projector _projector;
    private bool _disposed;

    /// <param name="codec">Translates events as a database would; null keeps them as they are.</param>
    public MemoryStore(IEventCodec? codec = null)
    {
        Journal = new MemoryEventJournal(codec);
        var isUsed = Spare.TryTake(out var spare);
        _database = spare ?? OpenTables();
        _projector = new Projector(_database);
        if (isUsed)
        {
            _database.Transaction(_projector.Empty);
            _projector.Committed();
        }

        _reads = new MemoryReads(_database, Fold);
        Views = new SqliteViews(_reads, CaughtUpAsync);
        Catalog = new SqliteCatalog(_reads);
    }

    /// <summary>The journal; also its reading side.</summary>
    public MemoryEventJournal Journal { get; }

    /// <inheritdoc cref="SqliteStore.Views"/>
    public IViews Views { get; }

    /// <inheritdoc cref="SqliteStore.Catalog"/>
    public ICatalog Catalog { get; }

    /// <summary>The tables, for tests that compare them row by row.</summary>
    internal Database Tables => _database;

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _reads.Dispose();
            Spare.Add(_database);
        }
    }

    private static Database OpenTables()
    {
        var database = Database.OpenMemory();
        database.Execute(JournalTables.Projections);
        return database;
    }

    private Task CaughtUpAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Fold();
        return Task.CompletedTask;
    }

    private void Fold()
    {
        if (_projector.Checkpoint == Journal.HeadOrdering)
        {
            return;
        }

        try
        {
            _database.Transaction(() =>
            {
                foreach (var entry in Journal.ReadAll(_projector.Checkpoint, int.MaxValue))
                {
                    _projector.Apply(entry);
                }

                _projector.Flush();
            });
            _projector.Committed();
        }
        catch
        {
            _projector.RolledBack();
            throw;
        }
    }
}
