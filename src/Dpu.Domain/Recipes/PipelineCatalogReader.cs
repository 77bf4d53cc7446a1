using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>Reads pipelines from their declarations under <c>dpu.pipelines</c>. An unknown key is an error.</summary>
public static class PipelineCatalogReader
{
    /// <summary>Where pipelines are declared.</summary>
    public const string Section = "dpu.pipelines";

    /// <param name="pipelines">The object at <see cref="Section"/>.</param>
    /// <param name="recipes">The object at <see cref="RecipeCatalogReader.Section"/>: steps begin with its declarations and say what differs.</param>
    /// <param name="catalog">The same, read.</param>
    /// <param name="usualRetry">How often a task is tried where neither recipe nor step says anything.</param>
    /// <param name="programs">The object at <see cref="RecipeDeclarations.ProgramsSection"/>; null for none.</param>
    /// <returns>The catalog with the pipelines, or the first error of each that has one.</returns>
    public static Declared<RecipeCatalog> Read(HoconObject pipelines, HoconObject recipes, RecipeCatalog catalog, RetryRules usualRetry, HoconObject? programs = null)
    {
        var read = ImmutableArray.CreateBuilder<Pipeline>();
        var errors = ImmutableArray.CreateBuilder<string>();
        var declared = ProgramParameters.Under(RecipeVariants.Expand(recipes), programs);
        foreach (var field in pipelines.Fields.Where(field => field.Value is not HoconScalar { IsNull: true }))
        {
            try
            {
                read.Add(ReadOne(field, declared, catalog, usualRetry));
            }
            catch (HoconException error)
            {
                // Several unknown keys come as one error, a line each.
                errors.AddRange(error.Message.Split('\n'));
            }
        }

        return errors.Count == 0
            ? new Declared<RecipeCatalog>.Valid(new RecipeCatalog(catalog.Recipes, read))
            : new Declared<RecipeCatalog>.Invalid(errors.ToImmutable());
    }

    private static Pipeline ReadOne(HoconField field, HoconObject recipes, RecipeCatalog catalog, RetryRules usualRetry)
    {
        if (!DeclaredName.CanBeTyped(field.Key))
        {
            throw new HoconException(field.AssignedAt, $"{Section}.\"{field.Key}\" cannot be a pipeline's name: sequences are split at '>', ':' and blanks");
        }

        if (catalog.Find(field.Key) is not null)
        {
            throw new HoconException(field.AssignedAt, $"{Section}.{field.Key} has the name of a recipe: 'dpu run {field.Key}' could mean either; call it something else");
        }

        var merged = field.Value is HoconObject pipeline ? StepDeclarations.OverRecipes(pipeline, recipes) : field.Value;
        var whole = new HoconReader(DeclaredName.Under(Section, field with { Value = merged }));
        var read = new PipelineReader(field.Key, whole.GetObject(HoconPath.Parse(Section).Append(field.Key).ToString()), catalog, usualRetry).Read();
        whole.EnsureAllKeysUsed();
        return read;
    }
}
