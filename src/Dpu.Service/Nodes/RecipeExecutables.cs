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
    public string? WhyUnavailable(Recipe recipe) => Find(recipe.Command[0]) is not null
        ? null
        : $"{recipe.Name} cannot run here: {WhyMissing(recipe.Command[0])}. Install it, or correct the command of {recipe.Name}.";

    /// <summary>Why a pipeline cannot run here: the first of its steps, or its query, that cannot.</summary>
    public string? WhyUnavailable(Pipeline pipeline) => pipeline.Query is RowQuery.Plugin plugin && Find(plugin.Command[0]) is null
        ? $"the query of {pipeline.Name} cannot run here: {WhyMissing(plugin.Command[0])}."
        : pipeline.Steps.Select(step => WhyUnavailable(step.Recipe)).FirstOrDefault(reason => reason is not null);

    /// <summary>One sentence for each program that is missing.</summary>
    public IEnumerable<string> MissingPrograms(IEnumerable<Recipe> recipes) => recipes
        .GroupBy(recipe => recipe.Command[0], StringComparer.Ordinal)
        .Where(group => Find(group.Key) is null)
        .Select(group => $"{string.Join(", ", group.Select(recipe => recipe.Name))} cannot run here: {WhyMissing(group.Key)}.");

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
