using Dpu.Client.Contracts;

namespace Dpu.Pages.Files;

/// <summary>Files of the catalog, as they were asked for.</summary>
/// <param name="Files">The newest first.</param>
/// <param name="Query">What they must be; empty for all.</param>
/// <param name="Flaw">Why the query cannot be understood; null when it can.</param>
/// <param name="AsPictures">Whether they are shown as pictures.</param>
/// <param name="After">It begins behind this file; null for the newest.</param>
/// <param name="Older">Where the next page is; null at the end.</param>
public sealed record FilesModel(IReadOnlyList<FileRecord> Files, string Query, string? Flaw, bool AsPictures, string? After, string? Older);

/// <summary>A file.</summary>
/// <param name="File">The file.</param>
/// <param name="Up">Where it came from; null when that could not be had.</param>
/// <param name="Down">What was made of it; null when that could not be had.</param>
public sealed record FileModel(FileRecord File, Provenance? Up, Provenance? Down);
