namespace Dpu.Client.Contracts;

/// <summary>Who answers: the DPU's name, the program's version, its role and state (<c>ready</c>, <c>stopping</c> …).</summary>
public sealed record HealthInfo(string Dpu, string Version, string Role, string State);
