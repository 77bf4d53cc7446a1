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

    /// <summary>How one is told that it has ended.</summary>
    public const string Notify = "notify";

    /// <summary>Not at all.</summary>
    public const string NotifyNone = "none";

    /// <summary>The long name of the option that has another value in each job of a loop.</summary>
    public const string LoopOption = "loop.option";

    /// <summary>Its values.</summary>
    public const string LoopValues = "loop.values";

    /// <summary>Or the files that they are taken from …</summary>
    public const string LoopQuery = "loop.q";

    /// <summary>… and what of each.</summary>
    public const string LoopKey = "loop.key";

    public const string Campaign = "campaign";

    /// <summary>The SHA-256 of code that was brought before.</summary>
    public const string Code = "code";

    /// <summary>That released code is wanted after all.</summary>
    public const string CodeDrop = "code-drop";

    /// <summary>A zip archive of code.</summary>
    public const string CodeZip = "code-zip";

    /// <summary>Or the files of a folder.</summary>
    public const string CodeFolder = "code-folder";

    /// <summary>The text of <c>Environment.cfg</c>.</summary>
    public const string Settings = "settings";

    /// <summary>Or the file.</summary>
    public const string SettingsFile = "settings-file";

    /// <summary>Which button was pressed.</summary>
    public const string Step = "step";

    public const string StepSubmit = "submit";

    /// <summary>The name under which it is submitted once.</summary>
    public const string Key = "key";

    private static readonly string[] Kept = [Project, Privileges, Priority, Memory, MemoryUnit, Version, Tags, After, Time, LoopOption, LoopValues, LoopQuery, LoopKey, Campaign, Code, Settings, Notify];

    /// <summary>What never stands in an address: it would be seen in histories and logs, or means nothing to another DPU.</summary>
    private static readonly string[] NotInAddresses = [Code, Settings];

    /// <summary>Whether it may stand in the address of a filled-in form.</summary>
    public static bool CanBeAddressed(string name) => !NotInAddresses.Contains(name, StringComparer.Ordinal);

    /// <summary>Whether it is a part of what is submitted, and goes along from page to page.</summary>
    public static bool AreKept(string name) =>
        name.StartsWith(Option, StringComparison.Ordinal) || name.StartsWith(Parameter, StringComparison.Ordinal) || Kept.Contains(name, StringComparer.Ordinal);
}
