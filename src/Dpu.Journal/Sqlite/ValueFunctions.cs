using System.Text;
using Dpu.Domain.Catalog;
using SQLitePCL;

namespace Dpu.Journal.Sqlite;

/// <summary>
/// What SQL asks the domain: how values are ordered. Registered with each connection and used in queries only, never in the schema, so that any program
/// can still read the tables.
/// </summary>
internal static class ValueFunctions
{
    /// <summary>Two texts: negative, zero or positive as <see cref="ValueOrder.Compare"/> has it; NULL when one of them is.</summary>
    public const string Compare = "dpu_compare";

    public static int Register(sqlite3 database) =>
        raw.sqlite3_create_function(database, Compare, 2, raw.SQLITE_UTF8 | raw.SQLITE_DETERMINISTIC, null, OnCompare);

    private static void OnCompare(sqlite3_context context, object data, sqlite3_value[] arguments)
    {
        if (raw.sqlite3_value_type(arguments[0]) == raw.SQLITE_NULL || raw.sqlite3_value_type(arguments[1]) == raw.SQLITE_NULL)
        {
            raw.sqlite3_result_null(context);
            return;
        }

        raw.sqlite3_result_int(context, Math.Sign(ValueOrder.Compare(Text(arguments[0]), Text(arguments[1]))));
    }

    // The blob, because a text may hold a zero character.
    private static string Text(sqlite3_value value) => Encoding.UTF8.GetString(raw.sqlite3_value_blob(value));
}
