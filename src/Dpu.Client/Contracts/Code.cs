using System.Text.Json.Serialization;

namespace Dpu.Client.Contracts;

/// <summary>An archive of code that the DPU has.</summary>
/// <param name="Sha256">Of the archive; 64 lower-case hexadecimal digits.</param>
/// <param name="SizeBytes">Of the archive.</param>
/// <param name="Files">How many files it holds.</param>
/// <param name="UnpackedBytes">Their size together.</param>
/// <param name="Recipes">Those among them that declare recipes, which lie over the standard ones for jobs with this code.</param>
public sealed record CodeInfo(string Sha256, long SizeBytes, int Files, long UnpackedBytes, IReadOnlyList<string> Recipes);

/// <summary>Names an archive of code that was brought before.</summary>
/// <param name="Sha256">Of the archive; 64 lower-case hexadecimal digits.</param>
public sealed record CodeReference(string Sha256);

/// <summary>What of a user's settings would go along with a job.</summary>
/// <param name="Settings">Without what looks secret or belongs to the DPU.</param>
/// <param name="Warning">A sentence that names what was left out; null when nothing was.</param>
public sealed record SettingsPreview(SubmittedSettings Settings, string? Warning);

/// <summary>What of a user's settings goes along with a job. What looks secret is left out, and told in the answer's warnings.</summary>
/// <param name="Variables">Environment variables that override the configuration, by name; null for none.</param>
/// <param name="Configuration">The text of his <c>Environment.cfg</c>, found at <c>$HOME/.awe/Environment.cfg</c> by tasks; null for none.</param>
public sealed record SubmittedSettings(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? Variables = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Configuration = null);
