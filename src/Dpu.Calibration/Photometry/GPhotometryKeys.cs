namespace Dpu.Calibration.Photometry;

/// <summary>What GPhotometry writes into the header of a frame.</summary>
internal static class GPhotometryKeys
{
    /// <summary>What the frame's flux is multiplied with to be on the scale of all frames of the solution.</summary>
    public const string Scale = "FLXSCALE";

    /// <summary>One sigma of the scale, relative.</summary>
    public const string ScaleError = "FLXSERR";

    /// <summary>The magnitude of one unit of the frame's flux, as it is; only where standard stars told it.</summary>
    public const string ZeroPoint = "MAGZERO";

    public const string ZeroPointError = "MAGZERR";

    /// <summary>The attempt that solved for all frames together: scales of two solutions are not of one scale.</summary>
    public const string Solution = "PHOTSOL";
}
