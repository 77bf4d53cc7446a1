namespace Dpu.Cli.Arguments;

/// <summary>Writes queries for files: terms between spaces; a term in double quotes keeps what the shell has taken apart together.</summary>
internal static class FileQueryText
{
    /// <summary>One argument is a query as it is; of several, each is one term.</summary>
    public static string? Of(IReadOnlyList<string> arguments) => arguments switch
    {
        [] => null,
        [var one] => one,
        _ => string.Join(' ', arguments.Select(Term)),
    };

    /// <summary>A text as one term, whatever it holds.</summary>
    public static string Term(string text) => "\"" + text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal) + "\"";
}
