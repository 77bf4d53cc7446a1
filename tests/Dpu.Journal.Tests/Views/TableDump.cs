using Dpu.Journal.Sqlite;
using Dpu.Journal.Views;

namespace Dpu.Journal.Tests.Views;

internal static class TableDump
{
    /// <summary>Every row of every view, as text.</summary>
    public static List<string> Of(Database database) => [.. ViewTables.Names.SelectMany(table => Rows(database, table))];

    private static List<string> Rows(Database database, string table)
    {
        using var columns = database.PrepareOnce($"SELECT name FROM pragma_table_info('{table}')");
        var names = new List<string>();
        while (columns.Step())
        {
            names.Add(columns.Text(0));
        }

        var values = string.Join(" || '|' || ", names.Select(name => $"quote({name})"));
        using var rows = database.PrepareOnce($"SELECT {values} FROM {table} ORDER BY 1");
        var all = new List<string>();
        while (rows.Step())
        {
            all.Add($"{table}: {rows.Text(0)}");
        }

        return all;
    }
}
