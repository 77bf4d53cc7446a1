using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Recipes;
using Dpu.Domain.Users;

namespace Dpu.Domain.Planning;

/// <summary>A file that the catalog does not know, as it lies on the disk.</summary>
/// <param name="Id">The id that it will have.</param>
/// <param name="SizeBytes">Its length.</param>
/// <param name="Sha256">Its checksum.</param>
public sealed record FoundFile(string Id, long SizeBytes, string Sha256);

/// <summary>What is known of the files that rows name.</summary>
/// <param name="Known">Those of the catalog.</param>
/// <param name="Found">Those on the disk only.</param>
/// <param name="Problems">Why others cannot be used.</param>
public sealed record FileFindings(
    IReadOnlyDictionary<PrintedFile, CatalogFile> Known,
    IReadOnlyDictionary<PrintedFile, FoundFile> Found,
    IReadOnlyDictionary<PrintedFile, string> Problems);

/// <summary>Rows with their files.</summary>
/// <param name="Rows">In the order in which they were printed.</param>
/// <param name="Fresh">Files that have to be registered before a plan may name them.</param>
public sealed record QueriedRows(ImmutableArray<InputRow> Rows, ImmutableArray<CatalogFile> Fresh);

/// <summary>Joins printed rows with what is known of their files.</summary>
public static class RowFiles
{
    private const int ErrorsToldMax = 8;

    /// <summary>
    /// A file that is new is registered with what all its rows agree on: what differs is a matter of the row. One that the job may not read is not there.
    /// </summary>
    public static Checked<QueriedRows> Join(string pipeline, ImmutableArray<PrintedRow> printed, FileFindings findings, FileScope scope, DateTimeOffset now)
    {
        var errors = new List<SubmissionError>();
        var fresh = new List<CatalogFile>();
        var files = new Dictionary<PrintedFile, CatalogFile>();
        foreach (var rows in printed.GroupBy(row => row.File))
        {
            var (file, isFresh, problem) = FileOf(rows.Key, [.. rows], findings, scope, now);
            if (file is null)
            {
                errors.Add(PrintedRows.Wrong(pipeline, rows.First().Line, problem!));
                continue;
            }

            files.Add(rows.Key, file);
            if (isFresh)
            {
                fresh.Add(file);
            }
        }

        return errors.Count == 0
            ? new Checked<QueriedRows>.Accepted(new QueriedRows([.. printed.Select(row => new InputRow(files[row.File], files[row.File].Metadata.SetItems(row.Values)))], [.. fresh]))
            : new Checked<QueriedRows>.Refused([.. errors.Take(ErrorsToldMax)]);
    }

    private static (CatalogFile? File, bool IsFresh, string? Problem) FileOf(PrintedFile named, ImmutableArray<PrintedRow> rows, FileFindings findings, FileScope scope, DateTimeOffset now)
    {
        var types = rows.Select(row => row.Type).OfType<string>().Distinct(StringComparer.Ordinal).ToImmutableArray();
        if (findings.Problems.TryGetValue(named, out var problem))
        {
            return (null, false, problem);
        }

        if (types.Length > 1)
        {
            return (null, false, $"{named.Text} has several types: {Wording.And(types)}");
        }

        if (findings.Known.TryGetValue(named, out var known))
        {
            return !scope.Includes(known)
                ? (null, false, WhyNotThere(named))
                : types is [var said] && said != known.Type
                ? (null, false, $"{named.Text} is a {known.Type} in the catalog, not a {said}")
                : (known, false, null);
        }

        return types is not [var type] ? (null, false, $"{named.Text} is not in the catalog yet, so 'type' must say what it is")
            : Fresh(named.Text, type, findings.Found[named], rows, scope, now) is var fresh && scope.Includes(fresh) ? (fresh, true, null)
            : (null, false, $"{named.Text} would be for {ContextRules.Audience(fresh.Context)}, so that what is for {ContextRules.Audience(scope.Context)} cannot be made of it");
    }

    /// <summary>The same words for what there is not and for what the job may not read.</summary>
    public static string WhyNotThere(PrintedFile named) =>
        named.IsId ? $"the catalog knows no file with the id '{named.Text}'" : $"{named.Text} cannot be read: No such file or directory";

    private static CatalogFile Fresh(string path, string type, FoundFile found, ImmutableArray<PrintedRow> rows, FileScope scope, DateTimeOffset now) => new(
        found.Id,
        Path.GetFileName(path),
        path,
        found.SizeBytes,
        found.Sha256,
        type,
        rows[0].Values.Where(pair => rows.All(row => pair.Value.Equals(row.Values.GetValueOrDefault(pair.Key)))).ToImmutableSortedDictionary(StringComparer.Ordinal),
        MadeBy: null,
        Committed: true,
        now)
    {
        Owner = scope.User,
        Context = WorkContext.OfRawData,
    };
}
