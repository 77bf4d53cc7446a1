using System.Collections.Immutable;
using System.Text;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Templates;

/// <summary>Writes files that list an input's files, a line each. A line means one thing only, or there is no file.</summary>
internal static class ListText
{
    /// <exception cref="TemplateException">A value would be taken for two, for none, or for the end of its line.</exception>
    public static string Of(ListRule rule, StepCommand command, TaskValues values)
    {
        var text = new StringBuilder();
        foreach (var file in values.FilesOf(rule.Input))
        {
            var cells = rule.Columns.Select(column => TaskValues.Filling(column, template => Template.Parse(template).Fill(values.For(command, file)))).ToImmutableArray();
            foreach (var cell in cells)
            {
                Check(rule, cell, alone: cells.Length == 1);
            }

            text.AppendJoin(rule.Separator, cells).Append('\n');
        }

        return text.ToString();
    }

    private static void Check(ListRule rule, string cell, bool alone)
    {
        var problem = cell switch
        {
            _ when cell.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0 => "holds the end of a line",
            "" when alone || string.IsNullOrWhiteSpace(rule.Separator) => "would leave a gap that nobody sees",
            _ when alone => null,
            _ when cell.Contains(rule.Separator, StringComparison.Ordinal) => $"holds the separator '{rule.Separator}'",
            _ when string.IsNullOrWhiteSpace(rule.Separator) && cell.Any(char.IsWhiteSpace) => "holds a blank, as does what separates the columns",
            _ => null,
        };
        if (problem is not null)
        {
            throw new TemplateException($"the list '{rule.Name}' cannot be written: the value '{cell}' {problem}");
        }
    }
}
