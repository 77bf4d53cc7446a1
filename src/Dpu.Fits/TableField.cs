namespace Dpu.Fits;

/// <summary>One field of a binary table's row: where it stands and how it is coded (FITS 4.0, section 7.3).</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Name">TTYPE, or <c>col</c> and its number.</param>
/// <param name="Unit">TUNIT; empty for none.</param>
/// <param name="Code">The letter of TFORM.</param>
/// <param name="Repeat">How many elements a row has.</param>
/// <param name="Offset">Where it begins in the row, in bytes.</param>
/// <param name="Length">Its bytes in the row.</param>
/// <param name="Zero">TZERO.</param>
/// <param name="Scale">TSCAL.</param>
internal sealed record TableField(int Number, string Name, string Unit, char Code, int Repeat, int Offset, int Length, double Zero, double Scale)
{
    /// <summary>The same as for images, of fields that hold plain numbers; null for the others.</summary>
    public int? BitPix => Code switch
    {
        'B' => 8,
        'I' => 16,
        'J' => 32,
        'K' => 64,
        'E' => -32,
        'D' => -64,
        _ => null,
    };
}
