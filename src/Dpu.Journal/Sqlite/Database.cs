using SQLitePCL;

namespace Dpu.Journal.Sqlite;

/// <summary>
/// One connection with the statements that were prepared on it. A thin layer over SQLite's own interface: an append costs microseconds,
/// which a provider's commands, parameters and readers would double. Used by one thread at a time.
/// </summary>
internal sealed class Database : IDisposable
{
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);
    private readonly sqlite3 _handle;

    static Database()
    {
        Batteries_V2.Init();

        // Nobody asks SQLite how much memory it holds, and counting takes one lock for all connections. Only before its first use; refused later, which changes nothing else.
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    private Database(sqlite3 handle, string path)
    {
        _handle = handle;
        Path = path;
    }

    /// <summary>The file, for messages.</summary>
    public string Path { get; }

    /// <summary>False between <c>BEGIN</c> and <c>COMMIT</c>.</summary>
    public bool IsAutoCommit => raw.sqlite3_get_autocommit(_handle) != 0;

    public long LastInsertRowId => raw.sqlite3_last_insert_rowid(_handle);

    public static Database OpenWriter(string path) =>
        Open(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX);

    public static Database OpenReader(string path) =>
        Open(path, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX);

    public static Database OpenMemory() => OpenWriter(":memory:");

    public void Execute(string sql)
    {
        if (raw.sqlite3_exec(_handle, sql) != raw.SQLITE_OK)
        {
            throw Error(sql);
        }
    }

    /// <summary>A prepared statement, cleared and ready to bind; the same one each time.</summary>
    public Statement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = Compile(sql, raw.SQLITE_PREPARE_PERSISTENT);
            _statements.Add(sql, statement);
        }

        return statement.Ready();
    }

    /// <summary>A statement whose text depends on what somebody asked for: the caller's to dispose of, so that texts do not pile up.</summary>
    public Statement PrepareOnce(string sql) => Compile(sql, 0);

    /// <summary>Runs <paramref name="body"/> in one transaction: all of it or, when it throws, nothing.</summary>
    public void Transaction(Action body)
    {
        Prepare("BEGIN IMMEDIATE").Run();
        try
        {
            body();
            Prepare("COMMIT").Run();
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    /// <summary>Takes back an open transaction; SQLite may have done so itself after an error.</summary>
    public void RollBack()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Reset();
        }

        if (!IsAutoCommit)
        {
            Execute("ROLLBACK");
        }
    }

    public SqliteError Error(string doing) => SqliteError.From(_handle, Path, Shorten(doing));

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _handle.Dispose();
    }

    private static Database Open(string path, int flags)
    {
        var code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        if (code != raw.SQLITE_OK)
        {
            var error = SqliteError.From(code, path, "opening it", raw.sqlite3_errstr(code).utf8_to_string());
            handle?.Dispose();
            throw error;
        }

        _ = raw.sqlite3_extended_result_codes(handle, 1);
        _ = raw.sqlite3_busy_timeout(handle, 5_000);
        var database = new Database(handle, path);
        return ValueFunctions.Register(handle) == raw.SQLITE_OK ? database : throw database.Error("registering its functions");
    }

    private Statement Compile(string sql, uint flags) =>
        raw.sqlite3_prepare_v3(_handle, sql, flags, out var compiled) == raw.SQLITE_OK
            ? new Statement(this, compiled, sql)
            : throw Error(sql);

    private static string Shorten(string sql)
    {
        var line = string.Join(' ', sql.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 60 ? $"'{line}'" : $"'{line[..60]}…'";
    }
}
