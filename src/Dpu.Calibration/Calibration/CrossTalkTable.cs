using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>The coefficients of a mosaic as a FITS table: VICTIM = VICTIM + COEFF · SOURCE, chips with their amplifiers.</summary>
internal sealed class CrossTalkTable
{
    private readonly Dictionary<(RegionName Victim, RegionName Source), double> _coefficients = [];

    private CrossTalkTable(IReadOnlyList<string> mirrored) => Mirrored = mirrored;

    /// <summary>Amplifiers whose columns count from the other side.</summary>
    public IReadOnlyList<string> Mirrored { get; }

    /// <summary>0 for what was not measured, or is not significant.</summary>
    public double Coefficient(RegionName victim, RegionName source) => _coefficients.GetValueOrDefault((victim, source));

    public static FitsTable Make(IReadOnlyList<(RegionName Victim, RegionName Source, CrossTalkFit Fit)> fits, IReadOnlyList<string> mirrored)
    {
        var header = new FitsHeader();
        header.Set("EXTNAME", "CROSSTALK", "what part of a source a victim shows");
        header.Set("MIRROR", string.Join(' ', mirrored), "amplifiers read from the other side");
        return new FitsTable(
            [
                FitsColumn.Of("VICTIM_CHIP", fits.Select(f => f.Victim.Chip).ToArray()),
                FitsColumn.Of("VICTIM_AMPLIFIER", fits.Select(f => f.Victim.Amplifier).ToArray()),
                FitsColumn.Of("SOURCE_CHIP", fits.Select(f => f.Source.Chip).ToArray()),
                FitsColumn.Of("SOURCE_AMPLIFIER", fits.Select(f => f.Source.Amplifier).ToArray()),
                FitsColumn.Of("COEFFICIENT", fits.Select(f => f.Fit.Coefficient).ToArray()),
                FitsColumn.Of("ERROR", fits.Select(f => f.Fit.Error).ToArray()),
                FitsColumn.Of("PIXELS", fits.Select(f => f.Fit.Count).ToArray()),
            ],
            header);
    }

    /// <param name="path">A cross talk product.</param>
    /// <param name="significance">Coefficients of fewer of their sigma are taken for 0.</param>
    public static CrossTalkTable Read(string path, double significance)
    {
        var table = FitsReader.ReadTable(path);
        var read = new CrossTalkTable(table.Header.GetString("MIRROR", "").Split(' ', StringSplitOptions.RemoveEmptyEntries));
        for (var row = 0; row < table.RowCount; row++)
        {
            var (coefficient, error) = (table["COEFFICIENT"].GetDouble(row), table["ERROR"].GetDouble(row));
            if (Math.Abs(coefficient) >= significance * error)
            {
                string Text(string column) => table[column].GetString(row).Trim();
                read._coefficients[(new RegionName(Text("VICTIM_CHIP"), Text("VICTIM_AMPLIFIER")), new RegionName(Text("SOURCE_CHIP"), Text("SOURCE_AMPLIFIER")))] = coefficient;
            }
        }
        return read;
    }
}
