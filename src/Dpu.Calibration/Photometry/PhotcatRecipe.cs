using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// The photometric catalog of each frame: the instrumental magnitudes of its stars in one wide aperture, corrected for uneven illumination
/// where that was measured, beside the magnitudes of the standard stars among them. MAGERR_INST is the noise of the pixels in
/// the aperture, of the background under all of it, and of the star's photons.
/// </summary>
internal sealed class PhotcatRecipe : IRecipe
{
    public string Name => "Photcat";

    public IReadOnlyList<ProcessParameter> Parameters => CatalogMaker.Parameters;

    public void Run(TaskContext context)
    {
        var maker = new CatalogMaker(context);
        foreach (var input in context.Required("frame")) { _ = maker.Of(input); }
    }
}
