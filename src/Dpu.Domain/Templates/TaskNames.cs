namespace Dpu.Domain.Templates;

/// <summary>Names that mean the same in the templates of every recipe.</summary>
internal static class TaskNames
{
    public const string OutputPrefix = "output.";
    public const string InputPrefix = "input.";
    public const string ListPrefix = "list.";

    /// <summary>Of a file: where it is, what it is called there, its id in the catalog.</summary>
    public static readonly string[] OfFile = ["path", "name", "id"];

    /// <summary>Of a job that belongs to a campaign.</summary>
    public static readonly string[] OfCampaign = ["campaign", "request", "unit", "unit-attempt"];

    /// <summary>Of any task. They go before keys and options of the same name.</summary>
    public static readonly string[] OfTask = ["job", "task", "attempt", "step", "node", .. OfCampaign];

    /// <summary>Splits <c>NAME.key</c> at the end of the longest input's name that it begins with.</summary>
    public static (string Input, string Key)? SplitInput(string reference, IEnumerable<string> inputs)
    {
        var input = inputs.Where(name => reference.StartsWith(name + ".", StringComparison.Ordinal)).MaxBy(name => name.Length);
        return input is null ? null : (input, reference[(input.Length + 1)..]);
    }
}
