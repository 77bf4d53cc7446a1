using Dpu.Domain.Jobs;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>Recipes and pipelines as they are declared, before they are read: what can be laid over other declarations, key by key.</summary>
/// <param name="Recipes">The object at <see cref="RecipeCatalogReader.Section"/>, without <see cref="VersionsKey"/>.</param>
/// <param name="Pipelines">The object at <see cref="PipelineCatalogReader.Section"/>.</param>
public sealed record RecipeDeclarations(HoconObject Recipes, HoconObject Pipelines)
{
    /// <summary>Where programs say by themselves what process parameters they take.</summary>
    public const string ProgramsSection = "dpu.programs";

    /// <summary>Stands among the recipes and is none: the versions of all of them.</summary>
    public const string VersionsKey = "versions";

    /// <summary>The object at <see cref="ProgramsSection"/>.</summary>
    public HoconObject Programs { get; init; } = Empty;

    private static readonly HoconObject Empty = new([], new HoconOrigin("nothing", 0, 0));

    /// <summary>What a resolved configuration declares.</summary>
    /// <param name="root">The configuration.</param>
    /// <param name="allowOthers">Whether it may hold anything else.</param>
    /// <exception cref="HoconException">Something is no object, or may not be there.</exception>
    public static RecipeDeclarations Of(HoconObject root, bool allowOthers)
    {
        ArgumentNullException.ThrowIfNull(root);
        var dpu = ObjectAt(root, "dpu", "dpu");
        var declared = new RecipeDeclarations(ObjectAt(dpu, "recipes", RecipeCatalogReader.Section), ObjectAt(dpu, "pipelines", PipelineCatalogReader.Section));
        if (!allowOthers)
        {
            RefuseOthers(root, ["dpu"], "");
            RefuseOthers(dpu, ["recipes", "pipelines"], "dpu.");
            if (declared.Recipes.FieldOf(VersionsKey) is { } versions)
            {
                throw new HoconException(versions.AssignedAt, $"{RecipeCatalogReader.Section}.{VersionsKey} cannot stand here: which versions there are is said by whoever runs the DPU");
            }
        }

        return declared with
        {
            Programs = allowOthers ? ObjectAt(dpu, "programs", ProgramsSection) : Empty,
            Recipes = new HoconObject([.. declared.Recipes.Fields.Where(field => field.Key != VersionsKey)], declared.Recipes.Origin),
        };
    }

    /// <summary>These, laid over others as a later file of a configuration is laid over an earlier one: objects merge, and null takes away.</summary>
    public RecipeDeclarations Over(RecipeDeclarations under)
    {
        ArgumentNullException.ThrowIfNull(under);
        return new RecipeDeclarations(StepDeclarations.Merge(under.Recipes, Recipes), StepDeclarations.Merge(under.Pipelines, Pipelines)) { Programs = StepDeclarations.Merge(under.Programs, Programs) };
    }

    /// <summary>The catalog that they declare, or everything that is wrong with them.</summary>
    /// <param name="usualRetry">How often a task is tried where its recipe says nothing.</param>
    public Declared<RecipeCatalog> Read(RetryRules usualRetry) => RecipeCatalogReader.Read(Recipes, usualRetry, Programs) switch
    {
        Declared<RecipeCatalog>.Valid recipes => PipelineCatalogReader.Read(Pipelines, Recipes, recipes.Value, usualRetry, Programs),
        var invalid => invalid,
    };

    private static HoconObject ObjectAt(HoconObject parent, string key, string path) => parent.FieldOf(key) switch
    {
        null or { Value: HoconScalar { IsNull: true } } => Empty,
        { Value: HoconObject found } => found,
        var other => throw new HoconException(other.AssignedAt, $"{path} is no object"),
    };

    private static void RefuseOthers(HoconObject parent, string[] known, string path)
    {
        if (parent.Fields.FirstOrDefault(field => !known.Contains(field.Key)) is { } other)
        {
            throw new HoconException(other.AssignedAt, $"{path}{other.Key} cannot stand here: files of recipes that lie over others hold dpu.recipes and dpu.pipelines only");
        }
    }
}
