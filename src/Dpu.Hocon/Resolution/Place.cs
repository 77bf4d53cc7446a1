using Dpu.Hocon.Syntax;

namespace Dpu.Hocon.Resolution;

/// <summary>
/// A place in the tree and the assignments to it, oldest first. Its value is that of the newest assignment, merged with older
/// ones as long as they are objects. An assignment that needs its own place's value sees only the assignments before it.
/// </summary>
internal sealed class Place
{
    private readonly Shape?[] _shapes;
    private readonly Dictionary<int, Shape> _views = [];

    public Place(IReadOnlyList<Layer> layers)
    {
        Layers = layers;
        _shapes = new Shape?[layers.Count];
        Visible = layers.Count;
    }

    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>
    /// How many assignments can be seen now: all, or, while one of them is being resolved, those before it.
    /// </summary>
    public int Visible { get; set; }

    /// <summary>Length of the chain of substitutions when the assignment began that is being resolved.</summary>
    public int ChainStart { get; set; }

    /// <summary>The key of the assignment that won, for messages and for the list of origins.</summary>
    public HoconOrigin AssignedAt { get; set; } = Shape.Undefined.Origin;

    public HoconOrigin Origin => Layers[^1].Node.Origin;

    public Shape? KnownView(int visible) => _views.GetValueOrDefault(visible);

    public void RememberView(int visible, Shape shape) => _views[visible] = shape;

    public Shape? KnownLayer(int index) => _shapes[index];

    public void RememberLayer(int index, Shape shape) => _shapes[index] = shape;
}

/// <summary>A place that a substitution found elsewhere, as one assignment here: resolved there, shared here.</summary>
internal sealed class SharedNode(Place place, HoconOrigin origin) : Node(origin)
{
    public Place Place { get; } = place;
}
