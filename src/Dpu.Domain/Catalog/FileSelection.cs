using System.Collections.Immutable;

namespace Dpu.Domain.Catalog;

/// <summary>One metadata key must have this value; <c>?</c> stands for one character and <c>*</c> for any run of them.</summary>
public sealed record FileCondition(string Key, string Pattern);

/// <summary>Which files of the catalog are meant: of any of the types, where all conditions hold, and the query if there is one.</summary>
/// <param name="Types">Accepted types; empty for any.</param>
/// <param name="Conditions">All must hold; compared case-sensitively with <see cref="MetadataValue.Text"/>.</param>
/// <param name="CommittedOnly">Leaves out outputs that were not committed.</param>
/// <param name="Query">What must hold besides; null for nothing.</param>
public sealed record FileSelection(
    ImmutableArray<string> Types,
    ImmutableArray<FileCondition> Conditions,
    bool CommittedOnly = true,
    FileQuery? Query = null)
{
    /// <summary>Whose sight it is limited to; null for all files, which is for the DPU itself only: no job is planned without one.</summary>
    public FileScope? Scope { get; init; }
}
