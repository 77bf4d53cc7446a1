namespace Dpu.Calibration.Imaging;

/// <summary>What to beware of in a source's figures. The first five bits mean what they mean in SExtractor's FLAGS.</summary>
[Flags]
internal enum SourceFlags
{
    None = 0,

    /// <summary>More than a tenth of the Kron aperture belongs to neighbours or bad pixels.</summary>
    Crowded = 1,

    /// <summary>Was cut out of a larger group.</summary>
    Blended = 2,

    /// <summary>A pixel at or above the saturation level.</summary>
    Saturated = 4,

    /// <summary>Touches the edge of the image or of its valid part.</summary>
    Edge = 8,

    /// <summary>The Kron aperture reaches over the edge of the image.</summary>
    ApertureIncomplete = 16,

    /// <summary>A bad pixel within or beside the pixels above the detection level.</summary>
    BadPixel = 32,

    /// <summary>The windowed centroid did not settle: the position is the isophotal one.</summary>
    CentroidIsophotal = 64,
}
