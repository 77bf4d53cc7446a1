namespace Dpu.Hocon.Syntax;

/// <summary>A value as it was written, before substitutions are resolved.</summary>
internal abstract class Node(HoconOrigin origin)
{
    public HoconOrigin Origin { get; } = origin;
}

/// <summary>One assignment to a key: what was assigned, and where the key stands.</summary>
internal readonly record struct Layer(HoconOrigin KeyOrigin, Node Node);

internal sealed class ScalarNode(HoconScalar scalar) : Node(scalar.Origin)
{
    public HoconScalar Scalar { get; } = scalar;
}

internal sealed class ArrayNode(HoconOrigin origin, List<Node> items) : Node(origin)
{
    public List<Node> Items { get; } = items;
}

/// <summary><c>${path}</c> or <c>${?path}</c>.</summary>
/// <param name="scopes">Where the path is looked up, in order: the roots of the including files, the innermost first.</param>
internal sealed class SubstitutionNode(HoconOrigin origin, HoconPath path, bool optional, IReadOnlyList<HoconPath> scopes) : Node(origin)
{
    public HoconPath Path { get; } = path;

    public bool Optional { get; } = optional;

    public IReadOnlyList<HoconPath> Scopes { get; } = scopes;
}

/// <summary>Several values on one line, at least one of them a substitution; whether they are text, arrays or objects shows when it is resolved.</summary>
internal sealed class ConcatenationNode(HoconOrigin origin, IReadOnlyList<Piece> pieces) : Node(origin)
{
    public IReadOnlyList<Piece> Pieces { get; } = pieces;
}

/// <summary>One part of a concatenation, and the whitespace before it.</summary>
internal readonly record struct Piece(string Space, Node Node);

/// <summary>
/// <c>key += value</c>, one or several times: the earlier value of the same key with these elements behind it. It is kept apart
/// from <c>${?key} [value]</c> so that a thousand such lines are one node, not a chain of a thousand references.
/// </summary>
internal sealed class AppendNode(HoconOrigin origin, List<Node> items) : Node(origin)
{
    public List<Node> Items { get; } = items;
}
