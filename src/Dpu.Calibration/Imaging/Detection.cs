namespace Dpu.Calibration.Imaging;

/// <summary>Connected pixels above the detection level that are taken for one object.</summary>
/// <param name="Pixels">Indices into the image, ascending.</param>
/// <param name="Smoothed">The smoothed values that were compared with the level, one for each pixel.</param>
/// <param name="Blended">Whether it was cut out of a larger group.</param>
internal sealed record Detection(int[] Pixels, float[] Smoothed, bool Blended);
