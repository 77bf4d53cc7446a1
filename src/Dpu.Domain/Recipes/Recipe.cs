using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Recipes;

/// <summary>How many of the files that match an input are taken.</summary>
public enum InputPick
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>The one that was registered last.</summary>
    Latest,

    /// <summary>Of those that are valid on the group's night, the one that was registered last.</summary>
    Valid,
}

/// <summary>Files that a recipe reads.</summary>
/// <param name="Name">Its name in the declaration and in <c>task.json</c>.</param>
/// <param name="Types">Catalog types that are accepted; at least one.</param>
/// <param name="Match">Metadata keys that must agree with the group; empty for the divided input.</param>
/// <param name="Pick">All or the latest.</param>
/// <param name="Optional">Whether a task also runs without any.</param>
public sealed record RecipeInput(string Name, ImmutableArray<string> Types, ImmutableArray<string> Match, InputPick Pick, bool Optional)
{
    /// <summary>
    /// What must hold of its files in the catalog besides what the options select; null for nothing. Outputs of the step before, in a chain, are
    /// taken as they are: they do not exist yet when the chain is planned.
    /// </summary>
    public FileQuery? Query { get; init; }

    /// <summary>With <see cref="InputPick.Valid"/>: how long before and after its own night a file holds that does not say it itself.</summary>
    public TimeSpan ValidFor { get; init; }

    /// <summary>
    /// Of files of the catalog that agree in these metadata keys and in their type, only the one that was registered last is read: of one frame that was reduced
    /// twice, the newer reduction. Files without one of the keys are read all. Empty for all files.
    /// </summary>
    public ImmutableArray<string> NewestPer { get; init; } = [];

    /// <summary>Template of the folder in the work directory that its files are put into; null leaves them where they are.</summary>
    public string? Folder { get; init; }

    /// <summary>Template of the name that a file gets there; null keeps its own.</summary>
    public string? Rename { get; init; }

    /// <summary>Whether a file is an archive that is unpacked there.</summary>
    public bool Unpack { get; init; }

    /// <summary>How it comes to the tasks of a step.</summary>
    /// <param name="upstreamTypes">Types of outputs of the tasks before that arrive at it.</param>
    public InputRule RuleFor(ImmutableArray<string> upstreamTypes) => new(Name, upstreamTypes, Folder, Rename, Unpack);
}

/// <summary>A program that a recipe runs beside that of its command.</summary>
/// <param name="Program">Its name, or its path.</param>
/// <param name="Package">The package that has it, by Debian's name; null when it is in none.</param>
public sealed record ProgramNeed(string Program, string? Package);

/// <summary>A knob of a recipe that the option <c>pars</c> sets by name.</summary>
/// <param name="Name">Such as <c>BiasFrame.process_params.SIGMA_CLIP</c>.</param>
/// <param name="Default">Its value when it is not given; null for none.</param>
/// <param name="Help">One line for people; may be empty.</param>
public sealed record ProcessParameter(string Name, string? Default, string Help);

/// <summary>A program of the catalog: what it is called, what it takes, what it makes.</summary>
/// <param name="Name">Its name in sequences.</param>
/// <param name="Description">One sentence for people; may be empty.</param>
/// <param name="Command">Program and fixed arguments; options follow them. Empty for a <see cref="ThirdParty"/>'s that no site has added.</param>
/// <param name="Options">In the order of the declaration.</param>
/// <param name="Inputs">In the order of the declaration: the first is the one that is divided into groups.</param>
/// <param name="DivideBy">Metadata keys: one task for each distinct tuple of their values; empty for a single task.</param>
/// <param name="Resources">What each task holds.</param>
/// <param name="ExpectedTime">How long one task usually takes.</param>
/// <param name="WallTime">A task that runs longer is ended; null for no limit.</param>
/// <param name="Outputs">What it makes.</param>
/// <param name="Rules">How its tasks are placed, limited, judged and tried again.</param>
public sealed record Recipe(
    string Name,
    string Description,
    ImmutableArray<string> Command,
    ImmutableArray<RecipeOption> Options,
    ImmutableArray<RecipeInput> Inputs,
    ImmutableArray<string> DivideBy,
    Resources Resources,
    TimeSpan ExpectedTime,
    TimeSpan? WallTime,
    ImmutableArray<OutputRule> Outputs,
    StepRules Rules)
{
    /// <summary>What its command line holds beside the command.</summary>
    public RecipeArguments Arguments { get; init; } = RecipeArguments.Plain;

    /// <summary>
    /// Names of the outputs that it makes one by one, for each file of its divided input, with that file's metadata: a task that reads several chips then serves a step
    /// that is divided by chip.
    /// </summary>
    public ImmutableArray<string> OutputsOfEach { get; init; } = [];

    /// <summary>Programs that must be there beside that of the command.</summary>
    public ImmutableArray<ProgramNeed> Needs { get; init; } = [];

    /// <summary>What <c>pars</c> can set, by name; null when it does not say, and takes what comes.</summary>
    public ImmutableSortedDictionary<string, ProcessParameter>? Parameters { get; init; }

    /// <summary>Whose program it is and where to get it, when it is known by name only until a site adds it; null for all others.</summary>
    public string? ThirdParty { get; init; }

    /// <summary>The recipe that it runs in another way; null for a recipe of its own.</summary>
    public string? VariantOf { get; init; }

    /// <summary>Whether there is anything to run.</summary>
    public bool IsAdded => !Command.IsEmpty;

    /// <summary>All programs that it runs, that of its command first; none while it is not added.</summary>
    public IEnumerable<string> Programs => IsAdded ? Needs.Select(need => need.Program).Prepend(Command[0]).Distinct(StringComparer.Ordinal) : [];

    /// <summary>Why it can run nowhere, and how a site changes that; null once it is added.</summary>
    public string? WhyNotAdded => IsAdded ? null :
        $"{Name} is known here by name only: its program is a third party's ({ThirdParty}). To add it, write which executable runs it, as in dpu.recipes.{Name}.command = [my-{Name.ToLowerInvariant()}], in a file that --config names; hocon/recipes/README.md has an example.";

    /// <summary>The program with these options, as a step of this name runs it.</summary>
    public StepCommand CommandFor(string step, StepOptions options) => new(
        step,
        Name,
        Arguments.BeforeOptions.IsEmpty ? Command.AddRange(options.Arguments) : Command,
        Arguments.RulesFor(options),
        Arguments.Lists,
        options.Parameters);

    /// <summary>The input whose files are divided into groups; null for a recipe that reads none.</summary>
    public RecipeInput? DividedInput => Inputs.IsEmpty ? null : Inputs[0];

    /// <summary>Inputs that are matched to each group.</summary>
    public IEnumerable<RecipeInput> MatchedInputs => Inputs.Skip(1);

    /// <summary>The option of this long or short name, or null.</summary>
    public RecipeOption? FindOption(string name) => Options.FirstOrDefault(option => option.IsNamed(name));

    /// <summary>Whether it declares an output of this type.</summary>
    public bool Makes(string type) => Outputs.Any(output => string.Equals(output.Type, type, StringComparison.Ordinal));

    /// <summary>Whether all that it makes of these types is made for each file of its divided input.</summary>
    internal bool MakesOfEach(ImmutableArray<string> types)
    {
        var made = Outputs.Where(output => types.Contains(output.Type, StringComparer.Ordinal)).ToImmutableArray();
        return !made.IsEmpty && made.All(output => OutputsOfEach.Contains(output.Name, StringComparer.Ordinal));
    }
}
