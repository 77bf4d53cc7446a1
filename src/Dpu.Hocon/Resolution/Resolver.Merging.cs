using Dpu.Hocon.Syntax;

namespace Dpu.Hocon.Resolution;

/// <summary>Merging of objects.</summary>
internal sealed partial class Resolver
{
    /// <summary>
    /// One object of several that merge. Its <paramref name="Own"/> fields were written at this place, so that a later assignment
    /// that looks back sees them one by one; those of a substitution belong to another place and come as they are resolved there.
    /// </summary>
    private readonly record struct Contribution(ObjectShape Shape, bool Own);

    /// <summary>False for what a substitution brought here unchanged.</summary>
    private static bool IsOwn(Node node, Shape shape) => node switch
    {
        ObjectNode => true,
        ConcatenationNode => ReferenceEquals(shape.Origin, node.Origin),
        _ => false,
    };

    /// <summary>Merges objects, the oldest first; one alone stays the shape it is, shared with the place that it came from.</summary>
    private ObjectShape Merge(IReadOnlyList<Contribution> objects) =>
        objects.Count == 1 ? objects[0].Shape : MergeFields(objects, objects[0].Shape.Origin);

    private ObjectShape MergeFields(IEnumerable<Contribution> objects, HoconOrigin origin)
    {
        var layers = new OrderedDictionary<string, List<Layer>>(StringComparer.Ordinal);
        foreach ((ObjectShape shape, bool own) in objects)
        {
            _budget.Spend(shape.Fields.Count, origin);
            foreach ((string key, Place place) in shape.Fields)
            {
                if (!layers.TryGetValue(key, out List<Layer>? collected))
                {
                    layers.Add(key, collected = []);
                }

                AddLayers(collected, place, own);
            }
        }

        var fields = new OrderedDictionary<string, Place>(layers.Count, StringComparer.Ordinal);
        foreach ((string key, List<Layer> collected) in layers)
        {
            fields.Add(key, new Place(collected));
        }

        return new ObjectShape(origin, fields);
    }

    private void AddLayers(List<Layer> collected, Place place, bool own)
    {
        if (own)
        {
            _budget.Spend(place.Layers.Count, place.Origin);
            collected.AddRange(place.Layers);
        }
        else
        {
            collected.Add(new Layer(place.Layers[^1].KeyOrigin, new SharedNode(place, place.Origin)));
        }
    }
}
