using System.Collections.Immutable;
using Dpu.Domain.Catalog;

namespace Dpu.Domain.Planning;

/// <summary>Orders of files that do not depend on the order in which a database happens to give them.</summary>
internal static class FileOrder
{
    /// <summary>Each file once, by name as people count, then by id.</summary>
    public static IEnumerable<CatalogFile> Stable(IEnumerable<CatalogFile> files) => files
        .DistinctBy(file => file.Id, StringComparer.Ordinal)
        .Order(Comparer<CatalogFile>.Create(Compare));

    /// <summary>By name, then by id.</summary>
    public static int Compare(CatalogFile x, CatalogFile y) =>
        NaturalOrder.Instance.Compare(x.Name, y.Name) is var names and not 0 ? names : NaturalOrder.Instance.Compare(x.Id, y.Id);

    /// <summary>Of files of one type that agree in all of the keys the one registered last; those that lack a key stay.</summary>
    public static ImmutableArray<CatalogFile> Newest(ImmutableArray<CatalogFile> files, ImmutableArray<string> keys) => keys.IsEmpty
        ? files
        :
        [
            .. files.Where(file => !keys.All(file.Metadata.ContainsKey)),
            .. files.Where(file => keys.All(file.Metadata.ContainsKey))
                .GroupBy(file => new KeyTuple([file.Type, .. keys.Select(key => file.Metadata[key].Text)]))
                .Select(Latest),
        ];

    /// <summary>The one registered last; of several registered by one event the one with the greatest id.</summary>
    public static CatalogFile Latest(IEnumerable<CatalogFile> files) => files
        .OrderByDescending(file => file.RegisteredAt)
        .ThenByDescending(file => file.Id, NaturalOrder.Instance)
        .First();
}
