using System.Collections.Immutable;
using System.Globalization;

namespace Dpu.Domain.Recipes;

/// <summary>One recipe of a sequence.</summary>
/// <param name="Name">The recipe's name, made unique within the sequence: <c>Null</c>, <c>Null-2</c>.</param>
/// <param name="Recipe">The recipe.</param>
public sealed record SequenceStep(string Name, Recipe Recipe);

/// <summary>Recipes chained with <c>&gt;</c>: each one's outputs are the next one's inputs.</summary>
/// <param name="Text">The names as they are shown, without spaces: <c>Reduce&gt;Regrid&gt;Coadd</c>.</param>
/// <param name="Steps">At least one.</param>
public sealed record Sequence(string Text, ImmutableArray<SequenceStep> Steps)
{
    /// <summary>Reads a sequence; spaces around <c>&gt;</c> mean nothing.</summary>
    /// <returns>The sequence, or an error for each recipe that the catalog does not know.</returns>
    public static Checked<Sequence> Parse(string text, RecipeCatalog catalog)
    {
        var names = text.Split('>', StringSplitOptions.TrimEntries);
        if (Array.Exists(names, name => name.Length == 0))
        {
            return new Checked<Sequence>.Refused([new SubmissionError(SubmissionErrors.BadSequence, Shape(text))]);
        }

        var errors = names.Distinct(StringComparer.Ordinal)
            .Where(name => catalog.Find(name) is null)
            .Select(catalog.Unknown)
            .ToImmutableArray();
        return errors.IsEmpty
            ? new Checked<Sequence>.Accepted(new Sequence(string.Join('>', names), StepsOf(names, catalog)))
            : new Checked<Sequence>.Refused(errors);
    }

    private static string Shape(string text) => string.IsNullOrWhiteSpace(text)
        ? "A sequence names at least one recipe, such as Bias or Reduce>Regrid."
        : $"'{text}' lacks a recipe beside a '>': write recipes as in Reduce>Regrid.";

    private static ImmutableArray<SequenceStep> StepsOf(string[] names, RecipeCatalog catalog)
    {
        var taken = names.ToHashSet(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. names.Select(name => new SequenceStep(seen.Add(name) ? name : Free(name, taken), catalog.Find(name)!))];
    }

    private static string Free(string name, HashSet<string> taken)
    {
        for (var number = 2; ; number++)
        {
            var candidate = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
            if (taken.Add(candidate))
            {
                return candidate;
            }
        }
    }
}
