using Dpu.Hocon.Syntax;

namespace Dpu.Hocon.Resolution;

/// <summary>
/// Merges the layers of a configuration and replaces its substitutions. Works on demand: a place's shape is found when a
/// substitution or the result needs it, once; a cycle shows as a place that is asked for while it is being resolved.
/// </summary>
internal sealed partial class Resolver
{
    private readonly HoconOptions _options;
    private readonly Budget _budget;
    private Place _root = new([]);

    public Resolver(HoconOptions options, int valueCount)
    {
        _options = options;
        _budget = new Budget(options, valueCount);
    }

    public HoconObject ResolveObject(IReadOnlyList<Layer> layers) =>
        layers.Count == 0 ? new HoconObject([], new HoconOrigin("", 0, 0)) : (HoconObject)ResolveValue(layers);

    /// <summary>The value of a root; every layer is an object, or the only one is an array.</summary>
    public HoconValue ResolveValue(IReadOnlyList<Layer> layers)
    {
        _root = new Place(layers);
        return Build(_root, ShapeOf(_root));
    }

    /// <summary>The shape of what stands at a place, from the assignments that can be seen now.</summary>
    private Shape ShapeOf(Place place)
    {
        int visible = place.Visible;
        if (place.KnownView(visible) is { } known)
        {
            return known;
        }

        _budget.Enter(place.Layers[0].Node.Origin);
        Shape shape = Combine(place, visible);
        _budget.Leave();
        place.RememberView(visible, shape);
        return shape;
    }

    private Shape Combine(Place place, int visible)
    {
        (List<Contribution> objects, Shape other) = CollectVisible(place, visible, out int winner);
        if (visible == place.Layers.Count && winner >= 0)
        {
            place.AssignedAt = place.Layers[winner].KeyOrigin;
        }

        return objects.Count == 0 ? other : Merge(objects);
    }

    /// <summary>
    /// From the newest down: objects merge until something else ends it; a value that is no object hides the rest unseen. The objects
    /// come out oldest first.
    /// </summary>
    private (List<Contribution> Objects, Shape Other) CollectVisible(Place place, int visible, out int winner)
    {
        var objects = new List<Contribution>();
        Shape other = Shape.Undefined;
        winner = -1;
        for (int i = visible - 1; i >= 0 && !other.IsDefined; i--)
        {
            Shape shape = ShapeOfLayer(place, i);
            winner = winner < 0 && shape.IsDefined ? i : winner;
            if (shape is ObjectShape o)
            {
                objects.Add(new Contribution(o, IsOwn(place.Layers[i].Node, shape)));
            }
            else
            {
                other = shape;
            }
        }

        objects.Reverse();
        return (objects, other);
    }

    private Shape ShapeOfLayer(Place place, int index)
    {
        if (place.KnownLayer(index) is { } known)
        {
            return known;
        }

        (int visible, int chainStart) = (place.Visible, place.ChainStart);
        place.Visible = index;
        place.ChainStart = _chain.Count;
        Shape shape = Evaluate(place.Layers[index].Node, place);
        place.Visible = visible;
        place.ChainStart = chainStart;
        place.RememberLayer(index, shape);
        return shape;
    }

    private Shape Evaluate(Node node, Place place) => node switch
    {
        ScalarNode scalar => new ScalarShape(scalar.Scalar),
        ObjectNode o => OutsideOf(o),
        ArrayNode array => new ArrayShape(array.Origin, PlacesOf(array.Items)),
        SubstitutionNode substitution => Substitute(substitution),
        ConcatenationNode concatenation => Concatenate(concatenation, place),
        AppendNode append => Append(append, place),
        SharedNode shared => ShapeOf(shared.Place),
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    private ObjectShape OutsideOf(ObjectNode node)
    {
        var fields = new OrderedDictionary<string, Place>(node.Fields.Count, StringComparer.Ordinal);
        _budget.Spend(node.Fields.Count, node.Origin);
        foreach ((string key, List<Layer> layers) in node.Fields)
        {
            fields.Add(key, new Place(layers));
        }

        return new ObjectShape(node.Origin, fields);
    }

    private Place[] PlacesOf(List<Node> items)
    {
        if (items.Count > 0)
        {
            _budget.Spend(items.Count, items[0].Origin);
        }

        return [.. items.Select(item => new Place([new Layer(item.Origin, item)]))];
    }
}
