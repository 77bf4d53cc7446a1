using System.Text.Json.Serialization;

namespace Dpu.Client.Contracts;

/// <summary>Who answers: the DPU's name, the program's version, its role and state.</summary>
/// <param name="Dpu">The DPU's name.</param>
/// <param name="Version">The program's.</param>
/// <param name="Role">Such as <c>embedded</c>.</param>
/// <param name="State">One of the names below.</param>
/// <param name="Reason">Why it is impaired, in a sentence; null when it is not.</param>
/// <param name="ProcessId">The process that answers, on its host; null from a DPU that does not tell.</param>
public sealed record HealthInfo(string Dpu, string Version, string Role, string State, string? Reason = null, int? ProcessId = null)
{
    /// <summary>Other DPUs that people who use this one may want, by name; not written when none is configured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, Uri>? Others { get; init; }

    public const string Ready = "ready";

    /// <summary>It takes nothing new; what runs goes on.</summary>
    public const string Stopping = "stopping";

    /// <summary>It can be read, but nothing gets on: what happens cannot be written down.</summary>
    public const string Impaired = "impaired";
}
