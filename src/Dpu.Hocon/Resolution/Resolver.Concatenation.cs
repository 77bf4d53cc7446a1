using System.Text;
using Dpu.Hocon.Syntax;

namespace Dpu.Hocon.Resolution;

/// <summary>Values that stand side by side, and <c>+=</c>.</summary>
internal sealed partial class Resolver
{
    /// <summary>One evaluated part; undefined when it is an optional substitution that found nothing.</summary>
    private readonly record struct Part(Piece Piece, Shape Shape);

    private Shape Concatenate(ConcatenationNode node, Place place)
    {
        List<Part> parts = [.. node.Pieces.Select(piece => new Part(piece, Evaluate(piece.Node, place)))];
        List<Part> defined = parts.FindAll(part => part.Shape.IsDefined);
        if (defined.Count == 0)
        {
            return Shape.Undefined;
        }

        if (defined.TrueForAll(part => part.Shape is ScalarShape))
        {
            return JoinTexts(node, parts);
        }

        return defined.TrueForAll(part => part.Shape is ObjectShape) ? JoinObjects(node, defined) : JoinArrays(node, defined);
    }

    private ScalarShape JoinTexts(ConcatenationNode node, List<Part> parts)
    {
        long length = parts.Sum(part => part.Piece.Space.Length + (long)((part.Shape as ScalarShape)?.Scalar.Text.Length ?? 0));
        _budget.SpendText(length, node.Origin);
        var text = new StringBuilder();
        foreach ((Piece piece, Shape shape) in parts)
        {
            text.Append(piece.Space).Append((shape as ScalarShape)?.Scalar.Text);
        }

        return new ScalarShape(new HoconScalar(HoconScalarKind.Text, text.ToString(), node.Origin));
    }

    private Shape JoinObjects(ConcatenationNode node, List<Part> parts) => parts.Count == 1 && parts[0].Piece.Node is not ObjectNode
        ? parts[0].Shape
        : MergeFields(parts.Select(part => new Contribution((ObjectShape)part.Shape, part.Piece.Node is ObjectNode)), node.Origin);

    private ArrayShape JoinArrays(ConcatenationNode node, List<Part> parts)
    {
        var items = new List<Place>();
        foreach ((Piece piece, Shape shape) in parts)
        {
            ArrayShape array = ArrayOf(shape) ?? throw Mixed(piece.Node.Origin, shape, parts);
            _budget.Spend(array.Items.Count, node.Origin);
            items.AddRange(array.Items);
        }

        return new ArrayShape(node.Origin, items);
    }

    private static ArrayShape? ArrayOf(Shape shape) => shape as ArrayShape ?? (shape as ObjectShape)?.AsArray();

    private static HoconException Mixed(HoconOrigin at, Shape found, List<Part> parts)
    {
        Shape other = parts.First(part => part.Shape is ScalarShape != found is ScalarShape || part.Shape is ObjectShape != found is ObjectShape).Shape;
        return new HoconException(
            at, $"{found.Kind} and {other.Kind} cannot be joined; put a comma or a new line between them if they are meant as two values");
    }

    private ArrayShape Append(AppendNode node, Place place)
    {
        Shape earlier = ShapeOf(place);
        var items = new List<Place>();
        if (earlier.IsDefined)
        {
            ArrayShape array = ArrayOf(earlier)
                ?? throw new HoconException(node.Origin, $"+= adds to an array, but the earlier value is {earlier.Kind} ({earlier.Origin}); write = to replace it");
            _budget.Spend(array.Items.Count, node.Origin);
            items.AddRange(array.Items);
        }

        items.AddRange(PlacesOf(node.Items));
        return new ArrayShape(node.Origin, items);
    }
}
