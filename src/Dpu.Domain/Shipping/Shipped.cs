using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Dpu.Domain.Shipping;

/// <summary>A tree of code that came with a job: a zip archive, uploaded before and known by its content.</summary>
/// <param name="Sha256">Of the archive; 64 lower-case hexadecimal digits.</param>
/// <param name="SizeBytes">Of the archive.</param>
public sealed record ShippedCode(string Sha256, long SizeBytes);

/// <summary>What of a user's settings came with a job, without anything secret.</summary>
/// <param name="Variables">Environment variables that override the configuration, by name.</param>
/// <param name="Configuration">The text of his <c>Environment.cfg</c>; null for none.</param>
public sealed record ShippedSettings(ImmutableSortedDictionary<string, string> Variables, string? Configuration)
{
    /// <summary>Whether there is nothing in it.</summary>
    [JsonIgnore]
    public bool IsEmpty => Variables.IsEmpty && Configuration is null;

    public static ShippedSettings None { get; } = new(ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), null);
}
