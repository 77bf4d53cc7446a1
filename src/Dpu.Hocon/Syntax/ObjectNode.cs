namespace Dpu.Hocon.Syntax;

/// <summary>An object as written: for every key the assignments that may still matter, oldest first.</summary>
internal sealed class ObjectNode(HoconOrigin origin) : Node(origin)
{
    /// <summary>Keys in the order of their first appearance.</summary>
    public OrderedDictionary<string, List<Layer>> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Assigns to a key. What can never be seen again is dropped at once; what a later substitution may look back at is kept.
    /// </summary>
    public void Assign(string key, Layer layer)
    {
        if (!Fields.TryGetValue(key, out List<Layer>? layers))
        {
            Fields.Add(key, layers = []);
        }

        Node? top = layers.Count > 0 ? layers[^1].Node : null;
        switch (layer.Node, top)
        {
            case (ObjectNode added, ObjectNode existing):
                existing.Merge(added);
                layers[^1] = new Layer(layer.KeyOrigin, existing);
                return;
            case (AppendNode added, ArrayNode existing):
                existing.Items.AddRange(added.Items);
                return;
            case (AppendNode added, AppendNode existing):
                existing.Items.AddRange(added.Items);
                return;
            case (ScalarNode or ArrayNode, _):
            case (ObjectNode, ScalarNode or ArrayNode):
                layers.Clear();
                break;
        }

        layers.Add(layer);
    }

    /// <summary>Assigns every field of <paramref name="later"/>, as if it stood here.</summary>
    public void Merge(ObjectNode later)
    {
        foreach ((string key, List<Layer> layers) in later.Fields)
        {
            foreach (Layer layer in layers)
            {
                Assign(key, layer);
            }
        }
    }
}
