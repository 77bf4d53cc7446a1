using Dpu.Calibration.Astrometry;
using Dpu.Calibration.Calibration;
using Dpu.Calibration.FieldPrograms;
using Dpu.Calibration.Photometry;
using Dpu.Calibration.Science;

namespace Dpu.Calibration.Contract;

/// <summary>The recipes by their sub-command.</summary>
internal static class RecipeCatalog
{
    private static readonly Dictionary<string, Func<IRecipe>> s_recipes = new(StringComparer.Ordinal)
    {
        ["read-noise"] = () => CalibrationValidity.Of(new ReadNoiseRecipe()),
        ["bias"] = () => CalibrationValidity.Of(new BiasRecipe()),
        ["hot-pixels"] = () => CalibrationValidity.Of(new HotPixelsRecipe()),
        ["dome-flat"] = () => CalibrationValidity.Of(FlatRecipe.Dome()),
        ["twilight-flat"] = () => CalibrationValidity.Of(FlatRecipe.Twilight()),
        ["master-flat"] = () => CalibrationValidity.Of(new MasterFlatRecipe()),
        ["null"] = () => new NullRecipe(),
        ["dark-current"] = () => CalibrationValidity.Of(new DarkCurrentRecipe()),
        ["cold-pixels"] = () => CalibrationValidity.Of(new ColdPixelsRecipe()),
        ["gain"] = () => CalibrationValidity.Of(new GainRecipe()),
        ["shutter"] = () => CalibrationValidity.Of(new ShutterRecipe()),
        ["quick-check"] = () => new QuickCheckRecipe(),
        ["night-sky-flat"] = () => CalibrationValidity.Of(new NightSkyFlatRecipe()),
        ["fringe-flat"] = () => CalibrationValidity.Of(new FringeFlatRecipe()),
        ["background"] = () => new BackgroundRecipe(),
        ["cross-talk"] = () => CalibrationValidity.Of(new CrossTalkRecipe()),
        ["cross-talk-corrected-frame"] = () => new CrossTalkCorrectedFrameRecipe(),
        ["raw-fits-inspect"] = () => new RawFitsInspectRecipe(),
        ["raw-frame"] = () => new RawFrameRecipe(),
        ["reduce"] = () => new ReduceRecipe(),
        ["regrid"] = () => new RegridRecipe(),
        ["coadd"] = () => new CoaddRecipe(new OwnFrameStacker()),
        ["coadd-swarp"] = () => new CoaddRecipe(new SwarpStacker()),
        ["source-list"] = () => new SourceListRecipe(new OwnSourceFinder()),
        ["source-list-sextractor"] = () => new SourceListRecipe(new SextractorFinder()),
        ["photcat"] = () => new PhotcatRecipe(),
        ["photom"] = () => new PhotomRecipe(),
        ["extinction"] = () => CalibrationValidity.Of(new ExtinctionRecipe()),
        ["illumination"] = () => CalibrationValidity.Of(new IlluminationRecipe()),
        ["astrometry"] = () => new AstrometryRecipe(),
        ["astrometry-scamp"] = () => new ScampRecipe(),
        ["g-photometry"] = () => new GPhotometryRecipe(),
        ["monitoring"] = () => new MonitoringRecipe(),
        ["variability"] = () => new VariabilityRecipe(),
        ["psf"] = () => new PsfRecipe(),
        ["psf-psfex"] = () => new PsfexRecipe(),
        ["aperture-correction"] = () => new ApertureCorrectionRecipe(),
        ["convolve"] = () => new ConvolveRecipe(),
        ["reference"] = () => new ReferenceRecipe(),
        ["m-dia"] = () => new MDiaRecipe(),
        ["g-astrometry"] = () => new GAstrometryRecipe(),
        ["g-astrom-sl"] = () => new GAstromSLRecipe(),
        ["associate-list"] = () => new AssociateListRecipe(),
    };

    public static IEnumerable<string> Commands => s_recipes.Keys;

    public static IRecipe? Find(string command) => s_recipes.TryGetValue(command, out var create) ? create() : null;

    public static IReadOnlyList<string> AllParameterKeys() => [.. s_recipes.Values.SelectMany(create => create().Parameters).Select(p => p.Key)];
}
