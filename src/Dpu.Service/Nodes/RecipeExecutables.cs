using Dpu.Domain.Recipes;

namespace Dpu.Service.Nodes;

/// <summary>
/// Where the programs of recipes are: an absolute path, beside this program, in its <c>calibration</c> folder, or on the search path. A relative path with a
/// folder in it is one beside the pipelines that come with the DPU.
/// </summary>
internal sealed class RecipeExecutables(string searchPath)
{
    private const string PackFolder = "calibration";

    private static readonly string PipelinesFolder = Path.Combine(EffectiveConfiguration.BuiltInDirectory, "pipelines");

    /// <summary>The program's full path, or null when it is nowhere or cannot be executed.</summary>
    public string? Find(string program)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            var path = Path.Combine(PipelinesFolder, program);
            return IsExecutable(path) ? path : null;
        }

        return Folders().Select(folder => Path.Combine(folder, program)).FirstOrDefault(IsExecutable);
    }

    /// <summary>Why a recipe cannot run here, or null when it can.</summary>
    public string? WhyUnavailable(Recipe recipe) => recipe.WhyNotAdded ?? (recipe.Programs.FirstOrDefault(program => Find(program) is null) is { } missing
        ? $"{recipe.Name} cannot run here: {WhyMissing(missing)}. {HowToGet(missing, recipe)}."
        : null);

    /// <summary>Why a pipeline cannot run here: the first of its steps, or its query, that cannot.</summary>
    public string? WhyUnavailable(Pipeline pipeline) => pipeline.Query is RowQuery.Plugin plugin && Find(plugin.Command[0]) is null
        ? $"the query of {pipeline.Name} cannot run here: {WhyMissing(plugin.Command[0])}."
        : pipeline.Steps.Select(step => WhyUnavailable(step.Recipe)).FirstOrDefault(reason => reason is not null);

    /// <summary>One sentence for each program that is missing although it should be there. What a package can bring is a choice of the site: see <see cref="MissingPackages"/>.</summary>
    public IEnumerable<string> MissingPrograms(IEnumerable<Recipe> recipes) =>
        from recipe in recipes
        from program in recipe.Programs
        where PackageOf(program, recipe) is null
        group recipe.Name by program into needed
        where Find(needed.Key) is null
        select $"{string.Join(", ", needed)} cannot run here: {WhyMissing(needed.Key)}.";

    /// <summary>One sentence for each package that would make more recipes run.</summary>
    public IEnumerable<string> MissingPackages(IEnumerable<Recipe> recipes) =>
        from recipe in recipes
        where recipe.IsAdded
        from need in recipe.Needs
        where need.Package is not null && Find(need.Program) is null
        group recipe.Name by need.Package into lacking
        select $"{string.Join(", ", lacking)} would run with the package {lacking.Key} (apt-get install {lacking.Key})";

    private static string? PackageOf(string program, Recipe recipe) => recipe.Needs.FirstOrDefault(need => need.Program == program)?.Package;

    private static string HowToGet(string program, Recipe recipe) => PackageOf(program, recipe) is { } package
        ? $"Install the package {package} on the nodes (apt-get install {package})"
        : $"Install it, or correct the command of {recipe.Name}";

    /// <summary>What to say of a program that is not found.</summary>
    public string WhyMissing(string program) => program switch
    {
        _ when !program.Contains('/', StringComparison.Ordinal) => $"the program '{program}' was found neither beside dpu nor on the node's path ({searchPath})",
        ['/', ..] => $"there is no program {program} that can be executed",
        _ => $"there is no program {program} that can be executed in {PipelinesFolder}; write an absolute path, or the program's name alone",
    };

    private IEnumerable<string> Folders() =>
        [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, PackFolder), .. searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries)];

    private static bool IsExecutable(string path) =>
        File.Exists(path) && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}
