namespace Dpu.Cli.Output;

/// <summary>The keys of a task's group of inputs: <c>chip=ccd50 filter=#842</c>.</summary>
internal static class Keys
{
    public static string Text(IReadOnlyDictionary<string, string> keys) =>
        string.Join(' ', keys.Select(key => $"{key.Key}={Quoted(key.Value)}"));

    /// <summary>Quoted where a blank or nothing at all would mislead the eye.</summary>
    private static string Quoted(string value) => value.Length == 0 || value.Contains(' ', StringComparison.Ordinal) ? $"'{value}'" : value;
}
