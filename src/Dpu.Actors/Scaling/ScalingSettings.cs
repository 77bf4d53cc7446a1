using Dpu.Domain.Scaling;

namespace Dpu.Actors.Scaling;

/// <summary>How the <see cref="ScalingActor"/> works.</summary>
/// <param name="Policy">The bounds.</param>
/// <param name="Shape">What each pilot's node has.</param>
/// <param name="Via">The batch system, unless somebody names another one; null for none: then nothing is submitted until somebody asks.</param>
/// <param name="NamePrefix">What pilots' names begin with.</param>
/// <param name="LookEvery">How often batch systems are asked.</param>
public sealed record ScalingSettings(ScalingPolicy Policy, PilotShape Shape, string? Via, string NamePrefix, TimeSpan LookEvery);
