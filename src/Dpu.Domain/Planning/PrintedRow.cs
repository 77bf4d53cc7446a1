using System.Collections.Immutable;
using Dpu.Domain.Catalog;

namespace Dpu.Domain.Planning;

/// <summary>A line that a plug-in query printed.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="File">How it names its file.</param>
/// <param name="Type">The type that it says the file has, or null.</param>
/// <param name="Values">The row's values.</param>
public sealed record PrintedRow(int Line, PrintedFile File, string? Type, ImmutableSortedDictionary<string, MetadataValue> Values);

/// <summary>How a row names its file.</summary>
/// <param name="Text">An absolute path, or the id of a file of the catalog.</param>
/// <param name="IsId">Which of both.</param>
public readonly record struct PrintedFile(string Text, bool IsId);
