namespace Dpu.Domain.Templates;

/// <summary>Where an attempt runs.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="WorkDirectory">Absolute.</param>
/// <param name="Store">Absolute: outputs of other attempts are registered relative to it.</param>
public sealed record TaskPlace(string Node, string WorkDirectory, string Store);
