using System.Globalization;
using System.Text;

namespace Dpu.Cli.Output;

/// <summary>Columns of text, as wide as needed, two spaces apart; no colours and no lines, so that <c>grep</c> and <c>awk</c> work on it.</summary>
internal sealed class Table(params string[] headings)
{
    private readonly List<string[]> _rows = [];
    private readonly HashSet<int> _right = [];

    /// <summary>Aligns a column to the right: for numbers.</summary>
    public Table Right(params ReadOnlySpan<int> columns)
    {
        foreach (var column in columns)
        {
            _right.Add(column);
        }

        return this;
    }

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(Visible.Text)]);

    public void WriteTo(TextWriter writer)
    {
        var rows = _rows.Prepend(headings).ToList();
        var widths = headings.Select((_, column) => rows.Max(row => Width(row[column]))).ToArray();
        foreach (var row in rows)
        {
            writer.WriteLine(Line(row, widths));
        }
    }

    private string Line(string[] row, int[] widths)
    {
        var line = new StringBuilder();
        for (var column = 0; column < row.Length; column++)
        {
            var padding = widths[column] - Width(row[column]);
            line.Append(column == 0 ? "" : "  ");
            line.Append(' ', _right.Contains(column) ? padding : 0);
            line.Append(row[column]);
            line.Append(' ', _right.Contains(column) ? 0 : padding);
        }

        return line.ToString().TrimEnd();
    }

    private static int Width(string cell) => new StringInfo(cell).LengthInTextElements;
}
