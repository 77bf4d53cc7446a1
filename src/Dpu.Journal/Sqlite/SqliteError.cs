using Dpu.Journal.Store;
using Dpu.Kernel.Persistence;
using SQLitePCL;

namespace Dpu.Journal.Sqlite;

/// <summary>A call of SQLite failed. Says which file, what for, and for a full disk how much room there is.</summary>
public sealed class SqliteError : JournalException
{
    // Pages of a small transaction, its index pages and the WAL's frames around them.
    private const long RoomBytesMin = 1 << 20;

    private SqliteError(string message, int code)
        : base(message)
    {
        Code = code;
    }

    /// <summary>SQLite's extended result code.</summary>
    public int Code { get; }

    /// <summary>True when the file system has no room (or its quota or size limit is reached).</summary>
    public bool IsFull => (Code & 0xFF) == raw.SQLITE_FULL || Code == raw.SQLITE_IOERR_WRITE;

    internal static SqliteError From(sqlite3 handle, string path, string doing)
    {
        var code = raw.sqlite3_extended_errcode(handle);
        return From(code, path, doing, raw.sqlite3_errmsg(handle).utf8_to_string());
    }

    internal static SqliteError From(int code, string path, string doing, string says)
    {
        var full = (code & 0xFF) == raw.SQLITE_FULL || code == raw.SQLITE_IOERR_WRITE;
        return new SqliteError(full
            ? $"No room to write to '{path}' while {doing}: {says}. {DiskRoom.At(path, RoomBytesMin)}"
            : $"'{path}' failed while {doing}: {says} (SQLite code {code}).", code);
    }
}
