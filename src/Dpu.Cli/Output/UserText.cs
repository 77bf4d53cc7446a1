namespace Dpu.Cli.Output;

/// <summary>Users in words.</summary>
internal static class UserText
{
    public static string Type(string type) => type switch
    {
        "visitor" => "who may look only",
        "operator" => "an operator",
        _ => $"a user of type {type}",
    };
}
