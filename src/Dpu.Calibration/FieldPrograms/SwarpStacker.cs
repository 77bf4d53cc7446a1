using System.Globalization;
using System.Text;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.FieldPrograms;

/// <summary>
/// Adds frames with SWarp (Bertin et al. 2002, ASPC 281, 228). They were regridded before and their background is gone, so it only adds: whole pixels of one grid, and it is told which pixels its
/// image has. The parameters of <c>Coadd</c> mean the same to both.
/// </summary>
internal sealed class SwarpStacker : IFrameStacker
{
    private const string List = "frames.list";
    private const string Coadd = "coadd.fits";
    private const string Weights = "coadd.weight.fits";
    private const string Settings = "settings.swarp";

    private static readonly FieldProgram s_program = new("SWarp", "swarp");

    public StackSum Stack(TaskContext context, IReadOnlyList<RegriddedInput> frames, PixelArea area, StackOptions options, FitsImage image, FitsImage weights)
    {
        var folder = s_program.NewFolder(context);
        var names = new List<string>();
        var seconds = 0.0;
        foreach (var frame in frames)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"frame-{names.Count + 1}");
            seconds += Split(frame, Path.Combine(folder, name)) * frame.Seconds;
            names.Add(name + ".fits");
        }

        File.WriteAllLines(Path.Combine(folder, List), names);
        WriteGrid(Path.Combine(folder, Path.ChangeExtension(Coadd, ".head")), frames[0].Wcs, area);
        SettingsFor(options).Save(Path.Combine(folder, Settings));
        s_program.Run(context, folder, "@" + List, "-c", Settings);
        var covered = Read(folder, image, weights);
        Directory.Delete(folder, recursive: true);
        return new StackSum(covered, seconds, null);
    }

    /// <summary>Image and weights as two files: it takes every extension of a file for a frame, and knows no NaN.</summary>
    /// <returns>How many pixels have a weight.</returns>
    private static long Split(RegriddedInput frame, string path)
    {
        var image = new FitsImage(frame.Area.Width, frame.Area.Height);
        var weights = new FitsImage(frame.Area.Width, frame.Area.Height);
        var covered = 0L;
        for (var y = 0; y < image.Height; y++)
        {
            var (values, trust) = frame.NextRow();
            var pixels = image.Row(y);
            var kept = weights.Row(y);
            for (var x = 0; x < image.Width; x++)
            {
                var isGood = trust[x] > 0 && float.IsFinite(values[x]);
                pixels[x] = isGood ? (float)(values[x] * frame.Scale) : 0;
                kept[x] = isGood ? (float)(trust[x] / (frame.Scale * frame.Scale)) : 0;
                covered += isGood ? 1 : 0;
            }
        }

        frame.Wcs.WriteTo(image.Header);
        frame.Wcs.WriteTo(weights.Header);
        FitsWriter.WriteImage(path + ".fits", image);
        FitsWriter.WriteImage(path + ".weight.fits", weights);
        return covered;
    }

    /// <summary>The header that its image shall have, in cards of a line each.</summary>
    private static void WriteGrid(string path, TanWcs wcs, PixelArea area)
    {
        var header = new FitsHeader();
        (wcs with { Crpix1 = 1 - area.X, Crpix2 = 1 - area.Y }).WriteTo(header);
        var text = new StringBuilder();
        void Card(string key, string value) => text.Append(CultureInfo.InvariantCulture, $"{key,-8}= {value,20}\n");
        Card("NAXIS", "2");
        Card("NAXIS1", area.Width.ToString(CultureInfo.InvariantCulture));
        Card("NAXIS2", area.Height.ToString(CultureInfo.InvariantCulture));
        foreach (var card in header.Where(card => !card.IsCommentary))
        {
            Card(card.Key, card.Value.Kind == FitsValueKind.Text ? $"'{card.Value.Text,-8}'" : card.Value.Text);
        }

        File.WriteAllText(path, text.Append("END     \n").ToString());
    }

    private static FieldSettings SettingsFor(StackOptions options) => new FieldSettings()
        .Set("IMAGEOUT_NAME", Coadd)
        .Set("WEIGHTOUT_NAME", Weights)
        .Set("WEIGHT_TYPE", "MAP_WEIGHT")
        .Set("WEIGHT_SUFFIX", ".weight.fits")
        .Set("RESCALE_WEIGHTS", false)
        .Set("COMBINE", true)
        .Set("COMBINE_TYPE", options.UseMedian ? "MEDIAN" : "CLIPPED")
        .Set("CLIP_SIGMA", options.ClipSigma)
        .Set("CLIP_AMPFRAC", options.ClipFraction)
        .Set("CLIP_WRITELOG", false)
        .Set("BLANK_BADPIXELS", true)
        .Set("RESAMPLE", false)
        .Set("SUBTRACT_BACK", false)
        .Set("FSCALASTRO_TYPE", "NONE")
        .Set("FSCALE_KEYWORD", "NONE")
        .Set("GAIN_KEYWORD", "NONE")
        .Set("SATLEV_KEYWORD", "NONE")
        // MiB: what the recipe declares is for our own images as well.
        .Set("MEM_MAX", 128)
        .Set("COMBINE_BUFSIZE", 128)
        .Set("NTHREADS", 1)
        .Set("VERBOSE_TYPE", "QUIET")
        .Set("WRITE_XML", false);

    private static long Read(string folder, FitsImage image, FitsImage weights)
    {
        var (made, trust) = (FitsReader.ReadImage(Path.Combine(folder, Coadd)), FitsReader.ReadImage(Path.Combine(folder, Weights)));
        if (made.Width != image.Width || made.Height != image.Height)
        {
            throw new RecipeException(string.Create(CultureInfo.InvariantCulture, $"SWarp made an image of {made.Width} x {made.Height} pixels; {image.Width} x {image.Height} were asked for."));
        }

        var covered = 0L;
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            var isGood = trust.Pixels[i] > 0;
            image.Pixels[i] = isGood ? made.Pixels[i] : float.NaN;
            weights.Pixels[i] = isGood ? trust.Pixels[i] : 0;
            covered += isGood ? 1 : 0;
        }

        return covered;
    }
}
