using Dpu.Hocon.Syntax;

namespace Dpu.Hocon.Resolution;

/// <summary>Lookup of substitutions.</summary>
internal sealed partial class Resolver
{
    /// <summary>The substitutions that are being resolved, outermost first.</summary>
    private readonly List<SubstitutionNode> _chain = [];

    private Shape Substitute(SubstitutionNode node)
    {
        _chain.Add(node);
        Shape shape = Shape.Undefined;
        int cycleStart = -1;
        foreach (HoconPath scope in node.Scopes)
        {
            shape = Lookup(scope.Append(node.Path), ref cycleStart);
            if (shape.IsDefined)
            {
                break;
            }
        }

        if (!shape.IsDefined)
        {
            shape = FromEnvironment(node);
        }

        if (!shape.IsDefined && !node.Optional)
        {
            throw cycleStart < 0 ? NotDefined(node) : Cycle(node, cycleStart);
        }

        _chain.RemoveAt(_chain.Count - 1);
        return shape;
    }

    /// <summary>
    /// Follows a path from the root. Where it enters a place that is being resolved it sees only the assignments before the one that
    /// is: so a value can be based on the older one, and a cycle ends with nothing found.
    /// </summary>
    private Shape Lookup(HoconPath path, ref int cycleStart)
    {
        Shape shape = ShapeOf(_root);
        foreach (string key in path.Elements)
        {
            if (shape is not ObjectShape o || !o.Fields.TryGetValue(key, out Place? place))
            {
                return Shape.Undefined;
            }

            if (place.Visible == 0)
            {
                cycleStart = place.ChainStart;
                return Shape.Undefined;
            }

            shape = ShapeOf(place);
        }

        return shape;
    }

    private Shape FromEnvironment(SubstitutionNode node)
    {
        string name = string.Join('.', node.Path.Elements);
        return _options.Environment?.Invoke(name) is { } value
            ? new ScalarShape(new HoconScalar(HoconScalarKind.Text, value, new HoconOrigin($"environment variable {name}", 0, 0)))
            : Shape.Undefined;
    }

    private HoconException NotDefined(SubstitutionNode node)
    {
        string path = Excerpt.Of(node.Path.ToString());
        string hint = Nearest(node.Path) is { } near ? $"did you mean ${{{near}}}?" : $"define {path}, or write ${{?{path}}} if it may be missing";
        return new HoconException(node.Origin, $"${{{path}}} is not defined; {hint}");
    }

    private HoconException Cycle(SubstitutionNode node, int start)
    {
        IEnumerable<string> steps = _chain.Skip(start).Select(step => $"${{{step.Path}}}");
        return new HoconException(
            node.Origin,
            $"the substitution {Excerpt.Of(string.Join(" → ", steps))} needs its own value, which has no earlier one; give it a value before, or break the circle");
    }

    /// <summary>The path with its first unknown key replaced by the one most like it.</summary>
    private HoconPath? Nearest(HoconPath path)
    {
        Shape shape = ShapeOf(_root);
        for (int i = 0; i < path.Elements.Count; i++)
        {
            if (shape is not ObjectShape o)
            {
                return null;
            }

            if (!o.Fields.TryGetValue(path.Elements[i], out Place? place))
            {
                return NearestName.Find(path.Elements[i], o.Fields.Keys) is { } near
                    ? HoconPath.Of([.. path.Elements.Take(i), near, .. path.Elements.Skip(i + 1)])
                    : null;
            }

            shape = place.KnownView(place.Layers.Count) ?? Shape.Undefined;
        }

        return null;
    }
}
