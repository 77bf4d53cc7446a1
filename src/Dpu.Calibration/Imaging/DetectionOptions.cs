namespace Dpu.Calibration.Imaging;

/// <summary>What counts as an object. The defaults are those that observers know from SExtractor.</summary>
/// <param name="Threshold">Detection level above the background, in units of the local noise of the unsmoothed image.</param>
/// <param name="AreaMin">Smallest number of connected pixels above the level.</param>
/// <param name="Kernel">Smoothing before detection.</param>
/// <param name="DeblendContrast">Part of an object's flux that a summit must hold above its saddle to be an object of its own; 1 deblends nothing.</param>
internal sealed record DetectionOptions(double Threshold, int AreaMin, DetectionKernel Kernel, double DeblendContrast)
{
    public static DetectionOptions Default { get; } = new(1.5, 5, DetectionKernel.Pyramid, 0.005);
}
