namespace Dpu.Calibration.Astrometry;

/// <summary>A column of a catalog as it is declared in its file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Unit">Empty when none is given.</param>
/// <param name="Ucd">Its meaning in the words of the Virtual Observatory; empty when none is given.</param>
/// <param name="IsNumber">Whether each cell holds one number.</param>
internal sealed record CatalogColumn(string Name, string Unit, string Ucd, bool IsNumber);

/// <summary>A table of a catalog file: its columns, and the numbers of those that are asked for.</summary>
internal abstract class CatalogTable
{
    public abstract IReadOnlyList<CatalogColumn> Columns { get; }

    /// <summary>The epoch of the positions in years, where the file says it for all of them.</summary>
    public virtual double? Epoch => null;

    /// <summary>The numbers of some columns, each as long as the table; NaN where a cell is empty.</summary>
    public abstract double[][] Read(IReadOnlyList<int> columns);
}
