using System.Globalization;
using Dpu.Calibration.Contract;

namespace Dpu.Calibration.FieldPrograms;

/// <summary>A catalog in the form ASCII_HEAD of source-extractor: lines <c>#  3 X_IMAGE  Object position along x [pixel]</c>, then a line of numbers for each object.</summary>
internal sealed class FieldCatalog
{
    private readonly Dictionary<string, int> _columns;
    private readonly List<double[]> _rows;

    private FieldCatalog(Dictionary<string, int> columns, List<double[]> rows) => (_columns, _rows) = (columns, rows);

    public int Count => _rows.Count;

    public double this[int row, string column] => _rows[row][_columns[column]];

    public int Whole(int row, string column) => (int)Math.Round(this[row, column]);

    /// <exception cref="RecipeException">It is no such catalog.</exception>
    public static FieldCatalog Read(string path)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        var rows = new List<double[]>();
        foreach (var line in File.ReadLines(path))
        {
            var words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case []:
                    break;
                case ["#", var number, var name, ..]:
                    columns.Add(name, int.Parse(number, CultureInfo.InvariantCulture) - 1);
                    break;
                default:
                    rows.Add(Row(words, columns.Count, path));
                    break;
            }
        }

        return new FieldCatalog(columns, rows);
    }

    private static double[] Row(string[] words, int columns, string path)
    {
        var values = new double[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            if (!double.TryParse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i])) { throw Wrong(path, $"'{words[i]}' is no number"); }
        }

        // A vector stands under one name and takes several columns.
        return values.Length >= columns ? values : throw Wrong(path, string.Create(CultureInfo.InvariantCulture, $"a line has {values.Length} values for {columns} columns"));
    }

    private static RecipeException Wrong(string path, string problem) => new($"{Path.GetFileName(path)} is not the catalog that was asked for: {problem}.");
}
