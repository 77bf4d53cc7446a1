using System.Globalization;
using System.Text;
using SQLitePCL;

namespace Dpu.Journal.Sqlite;

/// <summary>A prepared statement. Values are bound in order, columns are read by index, from 0.</summary>
internal sealed class Statement : IDisposable
{
    private readonly Database _database;
    private readonly sqlite3_stmt _handle;
    private readonly string _sql;
    private int _bound;
    private bool _stepped;

    public Statement(Database database, sqlite3_stmt handle, string sql)
    {
        _database = database;
        _handle = handle;
        _sql = sql;
    }

    public Statement Ready()
    {
        Reset();
        _bound = 0;
        return this;
    }

    public void Reset()
    {
        if (_stepped)
        {
            // Its result repeats the last step's error, which was thrown there.
            _ = raw.sqlite3_reset(_handle);
            _stepped = false;
        }
    }

    public Statement Bind(long value) => Check(raw.sqlite3_bind_int64(_handle, ++_bound, value));

    public Statement Bind(double value) => Check(raw.sqlite3_bind_double(_handle, ++_bound, value));

    public Statement Bind(bool value) => Bind(value ? 1L : 0L);

    public Statement Bind(long? value) => value is { } number ? Bind(number) : BindNull();

    public Statement Bind(double? value) => value is { } number ? Bind(number) : BindNull();

    public Statement Bind(ReadOnlySpan<byte> blob) =>
        Check(blob.IsEmpty ? raw.sqlite3_bind_zeroblob(_handle, ++_bound, 0) : raw.sqlite3_bind_blob(_handle, ++_bound, blob));

    public Statement Bind(string? text)
    {
        if (text is null)
        {
            return BindNull();
        }

        // By length, not up to a zero byte: a zero character inside a value must survive.
        Span<byte> buffer = stackalloc byte[256];
        var length = Encoding.UTF8.GetByteCount(text);
        var bytes = length <= buffer.Length ? buffer[..length] : new byte[length];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes.IsEmpty
            ? Check(raw.sqlite3_bind_text(_handle, ++_bound, string.Empty))
            : Check(raw.sqlite3_bind_text(_handle, ++_bound, bytes));
    }

    /// <summary>A time as text: sorts as time, reads as RFC 3339, and loses nothing.</summary>
    public Statement Bind(DateTimeOffset time)
    {
        Span<char> text = stackalloc char[28];
        time.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        Span<byte> bytes = stackalloc byte[28];
        Encoding.UTF8.GetBytes(text, bytes);
        return Check(raw.sqlite3_bind_text(_handle, ++_bound, bytes));
    }

    public Statement Bind(DateTimeOffset? time) => time is { } known ? Bind(known) : BindNull();

    public Statement BindNull() => Check(raw.sqlite3_bind_null(_handle, ++_bound));

    /// <summary>Moves to the next row; false after the last.</summary>
    public bool Step()
    {
        _stepped = true;
        var code = raw.sqlite3_step(_handle);
        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw _database.Error(_sql),
        };
    }

    /// <summary>Runs a statement that gives no rows.</summary>
    public void Run()
    {
        while (Step())
        {
        }

        Reset();
    }

    /// <summary>How many columns a row has.</summary>
    public int Columns => raw.sqlite3_column_count(_handle);

    public bool IsNull(int column) => raw.sqlite3_column_type(_handle, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(_handle, column);

    public int Int(int column) => (int)Long(column);

    public double Double(int column) => raw.sqlite3_column_double(_handle, column);

    public bool Bool(int column) => Long(column) != 0;

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    public int? IntOrNull(int column) => IsNull(column) ? null : Int(column);

    public double? DoubleOrNull(int column) => IsNull(column) ? null : Double(column);

    // The blob first: asking for the bytes of a text, by length, keeps zero characters inside it.
    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(_handle, column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_handle, column);

    public DateTimeOffset Time(int column) =>
        DateTimeOffset.ParseExact(Text(column), "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    public void Dispose() => _handle.Dispose();

    private Statement Check(int code) => code == raw.SQLITE_OK ? this : throw _database.Error(_sql);
}
