namespace Dpu.Domain.Recipes;

/// <summary>Which files an option selects.</summary>
/// <param name="Input">Those of this input …</param>
/// <param name="Key">… whose metadata has the option's value (with wildcards) at this key; null for a list, which names files by name, path or id.</param>
public sealed record OptionSelect(string Input, string? Key);

/// <summary>An option that a recipe declares.</summary>
/// <param name="Name">Its long name.</param>
/// <param name="ShortName">Its short name, of one letter or more; or null.</param>
/// <param name="Type">What kind of value it takes.</param>
/// <param name="Default">Its value when it is not given.</param>
/// <param name="Required">Whether it must be given.</param>
/// <param name="Help">One line for people; may be empty.</param>
/// <param name="Select">What it selects, or null.</param>
public sealed record RecipeOption(
    string Name,
    string? ShortName,
    OptionType Type,
    OptionValue Default,
    bool Required,
    string Help,
    OptionSelect? Select)
{
    /// <summary>Whether the recipe's command line has it; if not, its value is for templates and <c>task.json</c>.</summary>
    public bool OnCommandLine { get; init; } = true;

    /// <summary>Both names as they are typed: <c>-i or --instrument</c>.</summary>
    public string Usage => ShortName is null ? $"--{Name}" : $"-{ShortName} or --{Name}";

    /// <summary>Names are compared exactly: <c>c</c> and <c>C</c> are two options.</summary>
    public bool IsNamed(string name) =>
        string.Equals(name, Name, StringComparison.Ordinal) || string.Equals(name, ShortName, StringComparison.Ordinal);
}
