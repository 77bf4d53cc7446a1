namespace Dpu.Calibration.Calibration;

/// <summary>What is read out by one amplifier of a mosaic while all others read theirs.</summary>
/// <param name="Chip">Name of the chip.</param>
/// <param name="Amplifier">Name of the amplifier; empty for the only one of its chip.</param>
internal readonly record struct RegionName(string Chip, string Amplifier)
{
    public override string ToString() => Amplifier.Length > 0 ? $"{Chip}:{Amplifier}" : Chip;
}

/// <summary>
/// A region of a frame, read in strips. Pixels of one index in two regions are read out at one time; where an amplifier stands at the other side of the
/// chip, its columns count from there.
/// </summary>
internal sealed class ReadoutRegion(RegionName name, CorrectedFrame frame, Amplifier amplifier, bool isMirrored)
{
    public RegionName Name { get; } = name;

    public CorrectedFrame Frame { get; } = frame;

    public Amplifier Amplifier { get; } = amplifier;

    public int Width => Amplifier.Data.Width;

    public int Height => Amplifier.Data.Height;

    /// <summary>The column of the amplifier's data that is read at this time.</summary>
    public int Column(int x) => isMirrored ? Width - 1 - x : x;

    /// <summary>All regions of the frames of one exposure.</summary>
    /// <param name="frames">With the name of each one's chip.</param>
    /// <param name="mirrored">Names of amplifiers that count from the other side.</param>
    public static IReadOnlyList<ReadoutRegion> Of(IEnumerable<(string Chip, CorrectedFrame Frame)> frames, IReadOnlyCollection<string> mirrored) =>
        [.. frames.SelectMany(f => f.Frame.Sections.Amplifiers.Select(a => new ReadoutRegion(new RegionName(f.Chip, a.Name), f.Frame, a, mirrored.Contains(a.Name))))];
}
