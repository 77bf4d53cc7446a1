namespace Dpu.Hocon.Resolution;

/// <summary>
/// A value of which only the outside is known: text, a list of places, or keys with places. What stands at those places is looked
/// at when somebody asks, so that an object may refer to paths within itself.
/// </summary>
internal abstract class Shape(HoconOrigin origin)
{
    /// <summary>No value: what an optional substitution gives that finds nothing.</summary>
    public static Shape Undefined { get; } = new UndefinedShape();

    public HoconOrigin Origin { get; } = origin;

    /// <summary>The finished value; one for all places that share the shape.</summary>
    public HoconValue? Value { get; set; }

    /// <summary>True while the value is being built: to come back here then means that it contains itself.</summary>
    public bool IsBeingBuilt { get; set; }

    /// <summary>Values in it, counted as if nothing were shared: what a reader of the result walks through.</summary>
    public long Size { get; set; } = 1;

    /// <summary>Levels of nesting in it.</summary>
    public int Depth { get; set; }

    public bool IsDefined => this is not UndefinedShape;

    /// <summary>The kind as a message names it.</summary>
    public abstract string Kind { get; }

    private sealed class UndefinedShape() : Shape(new HoconOrigin("", 0, 0))
    {
        public override string Kind => "nothing";
    }
}

internal sealed class ScalarShape : Shape
{
    public ScalarShape(HoconScalar scalar)
        : base(scalar.Origin)
    {
        Scalar = scalar;
        Value = scalar;
    }

    public HoconScalar Scalar { get; }

    public override string Kind => Scalar.Kind switch
    {
        HoconScalarKind.Number => "a number",
        HoconScalarKind.Boolean => "a boolean",
        HoconScalarKind.Null => "null",
        _ => "a text",
    };
}

internal sealed class ArrayShape(HoconOrigin origin, IReadOnlyList<Place> items) : Shape(origin)
{
    public IReadOnlyList<Place> Items { get; } = items;

    public override string Kind => "an array";
}

internal sealed class ObjectShape(HoconOrigin origin, OrderedDictionary<string, Place> fields) : Shape(origin)
{
    public OrderedDictionary<string, Place> Fields { get; } = fields;

    public override string Kind => "an object";

    /// <summary>
    /// The elements of an object whose keys are numbers, in the numbers' order, or null when no key is one. Other keys are ignored.
    /// </summary>
    public ArrayShape? AsArray()
    {
        List<(int Index, Place Place)> numbered = [];
        foreach ((string key, Place place) in Fields)
        {
            if (NumericKey.TryParse(key, out int index))
            {
                numbered.Add((index, place));
            }
        }

        return numbered.Count == 0 ? null : new ArrayShape(Origin, [.. numbered.OrderBy(item => item.Index).Select(item => item.Place)]);
    }
}
