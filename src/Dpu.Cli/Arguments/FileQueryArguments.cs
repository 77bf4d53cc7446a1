using Dpu.Domain.Catalog;

namespace Dpu.Cli.Arguments;

/// <summary>Makes a query for files of a command's arguments.</summary>
internal static class FileQueryArguments
{
    /// <summary>
    /// One argument is a query as it is. Of several, each is a term, an operator or a parenthesis; one with blanks is kept together as one term, as the shell has
    /// it, unless it is a group or a list: <c>'object=M 31' 'filter=(HSC-R|HSC-I)' '(a=1 or b=2)'</c>.
    /// </summary>
    public static string? Of(IReadOnlyList<string> arguments) => arguments switch
    {
        [] => null,
        [var one] => one,
        _ => string.Join(' ', arguments.Select(static argument => IsWhole(argument) ? argument : Term(argument))),
    };

    private static bool IsWhole(string argument) =>
        argument.StartsWith('(') || argument.Contains("=(", StringComparison.Ordinal) || !(argument.Length == 0 || argument.Any(static c => char.IsWhiteSpace(c) || c is '"' or '\\'));

    /// <summary>A text as one term, whatever it holds.</summary>
    public static string Term(string text) => FileQueryText.Quote(text);
}
