namespace Dpu.Pages.Recipes;

/// <summary>What the fields of the form are called.</summary>
internal static class FieldNames
{
    /// <summary>Before the long name of an option.</summary>
    public const string Option = "o.";

    /// <summary>Before the name of a process parameter.</summary>
    public const string Parameter = "p.";

    public const string Project = "project";
    public const string Privileges = "privileges";
    public const string Priority = "priority";
    public const string Memory = "memory";
    public const string MemoryUnit = "memory-unit";
    public const string Version = "version";
    public const string Tags = "tags";
    public const string After = "after";
    public const string Time = "time";

    /// <summary>Which button was pressed.</summary>
    public const string Step = "step";

    public const string StepSubmit = "submit";

    /// <summary>The name under which it is submitted once.</summary>
    public const string Key = "key";

    private static readonly string[] Kept = [Project, Privileges, Priority, Memory, MemoryUnit, Version, Tags, After, Time];

    /// <summary>Whether it is a part of what is submitted, and goes along from page to page.</summary>
    public static bool AreKept(string name) =>
        name.StartsWith(Option, StringComparison.Ordinal) || name.StartsWith(Parameter, StringComparison.Ordinal) || Kept.Contains(name, StringComparer.Ordinal);
}
