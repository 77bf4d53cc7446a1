namespace Dpu.Calibration.Calibration;

/// <summary>The part of a frame that one amplifier read: a bias level, a gain and a limit of its own.</summary>
/// <param name="Name">What its cards end with, such as <c>A</c> in DATASECA; empty for the only one of a frame.</param>
/// <param name="Data">Where its light-sensitive pixels stand in the raw frame.</param>
/// <param name="Overscan">Where its overscan stands there.</param>
/// <param name="X">Column of its first pixel in the trimmed frame.</param>
/// <param name="Y">Row of it.</param>
/// <param name="Saturation">ADU of the raw frame at which it is no longer linear; infinite when the header does not say.</param>
internal sealed record Amplifier(string Name, Section Data, Section? Overscan, int X, int Y, double Saturation)
{
    /// <summary>Where it stands in the trimmed frame.</summary>
    public Section Place => new(X, Y, Data.Width, Data.Height);

    /// <summary>Overscan above or below the data runs along its rows, and has a level for each column.</summary>
    public bool HasColumnOverscan => Overscan is { } o && (o.Y + o.Height <= Data.Y || o.Y >= Data.Y + Data.Height);

    /// <summary>A card of it: the keyword with its name, else without.</summary>
    public double Card(Fits.FitsHeader header, string key, double fallback) =>
        header.GetDouble(Keyword(key), header.GetDouble(key, fallback));

    /// <summary>The keyword with the amplifier's name behind it, cut to the eight characters that keywords have.</summary>
    public string Keyword(string key) => key[..Math.Min(key.Length, 8 - Name.Length)] + Name;
}
