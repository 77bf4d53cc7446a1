using System.Globalization;
using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>A column of a source list, for the FITS table and the VOTable alike.</summary>
/// <param name="Name">Its name in both.</param>
/// <param name="Unit">In the notation that FITS and the IVOA share; empty for none.</param>
/// <param name="Ucd">What it is in the vocabulary of the Virtual Observatory (UCD1+).</param>
/// <param name="Description">For people.</param>
/// <param name="Values"><c>int[]</c> or <c>double[]</c>, one a source.</param>
internal sealed record SourceColumn(string Name, string Unit, string Ucd, string Description, Array Values)
{
    public FitsColumn ToFits() => Values switch
    {
        int[] whole => FitsColumn.Of(Name, whole, Unit),
        double[] real => FitsColumn.Of(Name, real, Unit),
        _ => throw new InvalidOperationException($"Column {Name} holds {Values.GetType().Name}."),
    };

    /// <summary>VOTable's name of the type.</summary>
    public string DataType => Values is int[]? "int" : "double";

    /// <summary>The value as VOTable writes it; reads back to the same number.</summary>
    public string Text(int row) => Values switch
    {
        int[] whole => whole[row].ToString(CultureInfo.InvariantCulture),
        double[] real when double.IsPositiveInfinity(real[row]) => "+Inf",
        double[] real when double.IsNegativeInfinity(real[row]) => "-Inf",
        double[] real => real[row].ToString("R", CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"Column {Name} holds {Values.GetType().Name}."),
    };
}
