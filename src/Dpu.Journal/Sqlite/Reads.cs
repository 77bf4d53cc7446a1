using System.Collections.Concurrent;

namespace Dpu.Journal.Sqlite;

/// <summary>
/// Reads of one database. Each runs in a transaction, so that it sees one moment; with a file they run on the thread pool over connections
/// of their own, which the writer never waits for.
/// </summary>
internal abstract class Reads : IDisposable
{
    public abstract Task<T> RunAsync<T>(Func<Database, T> read, CancellationToken cancellationToken);

    public abstract void Dispose();

    protected static T Read<T>(Database database, Func<Database, T> read)
    {
        database.Prepare("BEGIN").Run();
        try
        {
            return read(database);
        }
        finally
        {
            database.RollBack();
        }
    }
}

/// <summary>Reads of a file: a few connections, opened when they are needed.</summary>
internal sealed class ReaderPool(string path) : Reads
{
    private readonly ConcurrentBag<Database> _idle = [];
    private readonly SemaphoreSlim _permits = new(4);
    private volatile bool _disposed;

    public override async Task<T> RunAsync<T>(Func<Database, T> read, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await _permits.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => Borrow(read), cancellationToken);
        }
        finally
        {
            _permits.Release();
        }
    }

    public override void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var database))
        {
            database.Dispose();
        }
    }

    private T Borrow<T>(Func<Database, T> read)
    {
        if (!_idle.TryTake(out var database))
        {
            database = Open();
        }

        try
        {
            return Read(database, read);
        }
        finally
        {
            if (_disposed)
            {
                database.Dispose();
            }
            else
            {
                _idle.Add(database);
            }
        }
    }

    private Database Open()
    {
        var database = Database.OpenReader(path);
        database.Execute("PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY");
        return database;
    }
}

/// <summary>Reads of a database in memory: at once, on the caller's thread, so that a simulation stays on its one thread.</summary>
/// <param name="database">The only connection.</param>
/// <param name="before">Runs before each read: brings the views up to date.</param>
internal sealed class MemoryReads(Database database, Action before) : Reads
{
    private bool _disposed;

    public override Task<T> RunAsync<T>(Func<Database, T> read, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            before();
            return Task.FromResult(Read(database, read));
        }
        catch (Exception failure)
        {
            return Task.FromException<T>(failure);
        }
    }

    /// <summary>Reads no more; the database is its owner's.</summary>
    public override void Dispose() => _disposed = true;
}
