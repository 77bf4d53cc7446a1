using System.Collections.Concurrent;
using System.Collections.Immutable;
using Dpu.Actors.Frontend;
using Dpu.Domain.Recipes;
using Dpu.Domain.Shipping;
using Dpu.Hocon;
using Dpu.Service.Configuration;
using Dpu.Service.Nodes;

namespace Dpu.Service.Shipping;

/// <summary>
/// The recipes of versions and of shipped code. Those of an archive are read when they are asked for, from the archive itself, so that a job that is retried after years finds the ones that it
/// was submitted with; the last few are kept in memory, for as long as the configuration that they lie over holds.
/// </summary>
/// <param name="live">The configuration that holds.</param>
/// <param name="store">The archives.</param>
/// <param name="isElsewhere">Whether nodes on other hosts may have what is missing here.</param>
internal sealed class RecipeShelf(LiveConfiguration live, CodeStore store, Func<bool> isElsewhere) : IRecipeShelf
{
    /// <summary>The name of the usual version.</summary>
    public const string UsualVersion = "master";

    private const int KeptMax = 32;

    private volatile Kept _kept = new(live.Options);

    public Checked<RecipeSet> Find(string? version, ShippedCode? code, CancellationToken cancellationToken)
    {
        var options = live.Options;
        var kept = KeptFor(options);
        if (kept.Sets.TryGetValue((version, code?.Sha256), out var known))
        {
            return new Checked<RecipeSet>.Accepted(known);
        }

        if (options.VersionNamed(version) is not { } installed)
        {
            return UnknownVersion(options, version!);
        }

        var found = code is null ? new Checked<RecipeSet>.Accepted(new RecipeSet(installed.Catalog, WhyUnavailable(options, installed, []))) : Shipped(options, installed, code, cancellationToken);
        if (found.TryGet(out var set, out _))
        {
            kept.Sets[(version, code?.Sha256)] = set;
        }

        return found;
    }

    /// <summary>When there are too many they are all forgotten: they are read again in a moment, if anybody still wants them.</summary>
    private Kept KeptFor(DpuOptions options)
    {
        var kept = _kept;
        return ReferenceEquals(kept.Options, options) && kept.Sets.Count < KeptMax ? kept : _kept = new Kept(options);
    }

    private Checked<RecipeSet> Shipped(DpuOptions options, RecipeVersion installed, ShippedCode code, CancellationToken cancellationToken)
    {
        try
        {
            using var archive = CodeArchive.Open(store.PathOf(code.Sha256), store.Limits);
            var declared = TreeRecipes.Read(archive, cancellationToken);
            var executables = archive.Files.Where(file => file.Told.IsExecutable).Select(file => file.Told.Name).ToImmutableHashSet(StringComparer.Ordinal);
            return declared.Over(installed.Declared).Read(options.Task.Retry) switch
            {
                Declared<RecipeCatalog>.Valid { Value: var catalog } when QueryOfItsOwn(catalog, installed.Catalog) is { } pipeline => Refuse(
                    $"The query of {pipeline} cannot be shipped: queries run where the DPU's frontend runs, and only those of its operator do."),
                Declared<RecipeCatalog>.Valid { Value: var catalog } => new Checked<RecipeSet>.Accepted(new RecipeSet(catalog, WhyUnavailable(options, installed, executables))),
                Declared<RecipeCatalog>.Invalid invalid => new Checked<RecipeSet>.Refused([.. invalid.Errors.Select(error => new SubmissionError(SubmissionErrors.BadRecipes, $"The shipped recipes are wrong: {error}"))]),
                _ => throw new InvalidOperationException("A declaration is valid or invalid."),
            };
        }
        catch (HoconException error)
        {
            return Refuse($"The shipped recipes are wrong: {error.Message}");
        }
        catch (ArchiveRefusedException refused)
        {
            return Refuse($"The code {code.Sha256} cannot be used: {refused.Message}.");
        }
        catch (FileNotFoundException)
        {
            return new Checked<RecipeSet>.Refused([new SubmissionError(SubmissionErrors.UnknownCode, $"The code {code.Sha256} is not kept here any more: ship it again.")]);
        }
    }

    private static Checked<RecipeSet>.Refused Refuse(string message) => new([new SubmissionError(SubmissionErrors.BadRecipes, message)]);

    private static Checked<RecipeSet>.Refused UnknownVersion(DpuOptions options, string version)
    {
        var known = options.Versions.Keys.Prepend(UsualVersion).ToImmutableArray();
        var nearest = NearestName.Find(version, known);
        var hint = nearest is null ? $"there are {string.Join(", ", known)}" : $"did you mean '{nearest}'?";
        return new Checked<RecipeSet>.Refused([new SubmissionError(SubmissionErrors.UnknownVersion, $"There is no version '{ArchiveNames.Shown(version)}' of the recipes; {hint}", Suggestion: nearest)]);
    }

    /// <summary>The first pipeline with a query of a program that is not the operator's.</summary>
    private static string? QueryOfItsOwn(RecipeCatalog shipped, RecipeCatalog installed) => shipped.Pipelines
        .FirstOrDefault(pipeline => pipeline.Query is RowQuery.Plugin query
            && !(installed.FindPipeline(pipeline.Name)?.Query is RowQuery.Plugin known && known.Command.SequenceEqual(query.Command, StringComparer.Ordinal) && known.Time == query.Time))
        ?.Name;

    private Func<Recipe, string?> WhyUnavailable(DpuOptions options, RecipeVersion installed, ImmutableHashSet<string> shipped)
    {
        var executables = new RecipeExecutables(installed.SearchPathOver(options.Node.SearchPath));
        return recipe => recipe.IsAdded && (isElsewhere() || CodeTree.ProgramNames(recipe.Command[0]).Any(shipped.Contains)) ? null : executables.WhyUnavailable(recipe);
    }

    private sealed class Kept(DpuOptions options)
    {
        public DpuOptions Options => options;

        public ConcurrentDictionary<(string? Version, string? Sha256), RecipeSet> Sets { get; } = new();
    }
}
