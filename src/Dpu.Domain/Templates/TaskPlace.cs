using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Templates;

/// <summary>Where an attempt runs.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="WorkDirectory">Absolute.</param>
/// <param name="Store">Absolute: outputs of other attempts are registered relative to it.</param>
public sealed record TaskPlace(string Node, string WorkDirectory, string Store)
{
    /// <summary>Files that are somewhere else than they are registered, by id: those that were brought to a node. Absolute paths that end in the file's own name.</summary>
    public ImmutableDictionary<string, string> Brought { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Where a file is here; absolute.</summary>
    public string PathOf(InputFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Brought.GetValueOrDefault(file.Id) ?? Path.Combine(Store, file.Path);
    }
}
