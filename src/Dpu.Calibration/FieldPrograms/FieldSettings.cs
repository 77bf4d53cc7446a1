using System.Globalization;
using System.Text;

namespace Dpu.Calibration.FieldPrograms;

/// <summary>The settings of a program of the field, a line each: a keyword and its value. Values are numbers, words and file names of ours.</summary>
internal sealed class FieldSettings
{
    private readonly StringBuilder _lines = new();

    public FieldSettings Set(string keyword, string value)
    {
        _lines.Append(keyword).Append(' ').AppendLine(value);
        return this;
    }

    /// <summary>Infinity becomes a number that none of these programs will ever meet.</summary>
    public FieldSettings Set(string keyword, double value) =>
        Set(keyword, (double.IsFinite(value) ? value : Math.CopySign(1e29, value)).ToString("R", CultureInfo.InvariantCulture));

    public FieldSettings Set(string keyword, bool value) => Set(keyword, value ? "Y" : "N");

    public void Save(string path) => File.WriteAllText(path, _lines.ToString());
}
