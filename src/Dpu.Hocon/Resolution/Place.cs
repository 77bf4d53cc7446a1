using Dpu.Hocon.Syntax;

namespace Dpu.Hocon.Resolution;

/// <summary>
/// A place in the tree and the assignments to it, oldest first. Its value is that of the newest assignment, merged with older
/// ones as long as they are objects. An assignment that needs its own place's value sees only the assignments before it.
/// </summary>
internal sealed class Place
{
    private readonly Shape?[] _shapes;
    private Shape? _whole;
    private Dictionary<int, Shape>? _earlier;

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

    /// <summary>The shape that the first <paramref name="visible"/> assignments have together, when it has been found.</summary>
    public Shape? KnownView(int visible) => visible == Layers.Count ? _whole : _earlier?.GetValueOrDefault(visible);

    public void RememberView(int visible, Shape shape)
    {
        if (visible == Layers.Count)
        {
            _whole = shape;
        }
        else
        {
            (_earlier ??= [])[visible] = shape;
        }
    }

    public Shape? KnownLayer(int index) => _shapes[index];

    public void RememberLayer(int index, Shape shape) => _shapes[index] = shape;
}

/// <summary>A place that a substitution found elsewhere, as one assignment here: resolved there, shared here.</summary>
internal sealed class SharedNode(Place place, HoconOrigin origin) : Node(origin)
{
    public Place Place { get; } = place;
}
