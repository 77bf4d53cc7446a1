namespace Dpu.Hocon.Resolution;

/// <summary>From shapes to finished values.</summary>
internal sealed partial class Resolver
{
    private HoconValue Build(Place place, Shape shape)
    {
        if (shape.Value is { } known)
        {
            return known;
        }

        if (shape.IsBeingBuilt)
        {
            throw new HoconException(place.Origin, $"this makes {shape.Kind} contain itself; refer to a part of it instead");
        }

        _budget.Enter(place.Origin);
        shape.IsBeingBuilt = true;
        HoconValue value = shape is ObjectShape o ? BuildObject(o) : BuildArray((ArrayShape)shape);
        shape.IsBeingBuilt = false;
        _budget.Leave();
        _budget.CheckSize(shape.Size, shape.Depth, place.Origin);
        shape.Value = value;
        return value;
    }

    private HoconObject BuildObject(ObjectShape shape)
    {
        var fields = new List<HoconField>(shape.Fields.Count);
        foreach ((string key, Place place) in shape.Fields)
        {
            if (BuildPart(shape, place) is { } value)
            {
                fields.Add(new HoconField(key, value, place.AssignedAt));
            }
        }

        return new HoconObject(fields, shape.Origin);
    }

    private HoconArray BuildArray(ArrayShape shape)
    {
        var items = new List<HoconValue>(shape.Items.Count);
        foreach (Place place in shape.Items)
        {
            if (BuildPart(shape, place) is { } value)
            {
                items.Add(value);
            }
        }

        return new HoconArray(items, shape.Origin);
    }

    /// <summary>The value at a place inside a value, or null when an optional substitution leaves nothing there.</summary>
    private HoconValue? BuildPart(Shape whole, Place place)
    {
        Shape part = ShapeOf(place);
        if (!part.IsDefined)
        {
            return null;
        }

        HoconValue value = Build(place, part);
        whole.Size += part.Size;
        whole.Depth = Math.Max(whole.Depth, part.Depth + 1);
        return value;
    }
}
