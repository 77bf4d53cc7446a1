using Dpu.Calibration.Contract;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Imaging;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Science;

/// <summary>Raw frames made by hand, so that every number of the reduced one is known.</summary>
public sealed class ReduceTests(Observatory desk) : IClassFixture<Observatory>, IDisposable
{
    private const int Width = 120;
    private const int Height = 80;
    private readonly SkyFrames _files = new(desk);

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Every_pixel_is_what_the_detector_made_it_of()
    {
        // raw = overscan 200 + bias x/10 + 500 (1 + y/200) ADU; gain 2, 50 s: 20 (1 + y/200) / flat electrons a second.
        var run = Reduce(Raw(), Bias(), Flat(), Hot());
        run.ExitCode.ShouldBe(0, run.Errors);
        var product = SkyFrames.Products(run, "reduced").Single();
        var image = FitsReader.ReadImage(product.Path);
        (image.Width, image.Height).ShouldBe((Width, Height));
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                if ((x, y) is (30, 40) or (50, 60) or (51, 60)) { image[x, y].ShouldBe(float.NaN); }
                else { ((double)image[x, y]).ShouldBe(20 * (1 + (y / 200.0)) / (0.9 + (0.001 * x)), 1e-4); }
            }
        }

        var header = image.Header;
        header.GetString("BUNIT").ShouldBe("count/s");
        header.GetDouble("GAIN").ShouldBe(50);
        header.GetDouble("CRPIX1").ShouldBe(60.5 - 10);
        header.GetDouble("CRPIX2").ShouldBe(40.25 - 2);
        header.GetDouble("CRVAL1").ShouldBe(SkyFrames.Ra);
        header.GetDouble("SATURATE").ShouldBe((60_000 - 200) * 2.0 / 50, 1e-6);
        header.GetDouble("FLATLEV").ShouldBe(2 * 21_000.0);
        header.GetDouble("EXPTIME").ShouldBe(50);
        header.GetInt64("NBAD").ShouldBe(3);
        header.Contains("BIASSEC").ShouldBeFalse("a trimmed image must not be trimmed again");
        header.GetString("OBJECT").ShouldBe("FIELD 1");
        var picture = SkyFrames.Products(run, "quicklook").Single();
        PngDecoder.Read(picture.Path).Width.ShouldBe(Width);
        run.Outputs[0].GetProperty("derivedFrom").GetArrayLength().ShouldBe(4);
        Path.GetFileName(product.Path).ShouldBe("raw_reduced_12_0_1.fits");
    }

    [Fact]
    public void It_works_without_hot_pixels_which_are_optional()
    {
        var image = FitsReader.ReadImage(SkyFrames.Products(Reduce(Raw(), Bias(), Flat(), null), "reduced").Single().Path);
        float.IsFinite(image[30, 40]).ShouldBeTrue();
        image[50, 60].ShouldBe(float.NaN);
    }

    [Fact]
    public void A_missing_bias_or_flat_is_said()
    {
        foreach (var missing in new[] { "bias", "flat" })
        {
            var inputs = new Dictionary<string, TaskInput[]> { ["science"] = [Raw()], ["bias"] = [Bias()], ["flat"] = [Flat()] };
            inputs.Remove(missing);
            var run = desk.Try("reduce", inputs);
            run.ExitCode.ShouldBe(2);
            run.Errors.ShouldContain($"'{missing}'");
            run.Errors.Trim().ShouldNotContain('\n');
            File.Exists(Path.Combine(run.Folder, ResultsWriter.FileName)).ShouldBeFalse();
        }
    }

    [Fact]
    public void A_flat_of_another_chip_is_refused()
    {
        var flat = _files.Write("other", TestSky.Blank(Width + 1, Height, 1), "master-flat");
        var run = Reduce(Raw(), Bias(), flat, null);
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("other.fits");
        run.Errors.ShouldContain("121 x 80");
    }

    [Theory]
    [InlineData("EXPTIME", 0.0, "EXPTIME")]
    [InlineData("GAIN", double.NaN, "GAIN")]
    public void A_header_that_cannot_be_used_is_refused(string key, double value, string said)
    {
        var run = Reduce(Raw(h => { if (double.IsNaN(value)) { h.Remove(key); } else { h.Set(key, value); } }), Bias(), Flat(), null);
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain(said);
    }

    [Fact]
    public void A_gain_given_by_hand_counts()
    {
        var run = desk.Run("reduce", Inputs(Raw(), Bias(), Flat(), null), new() { ["Reduce.process_params.GAIN"] = "4" });
        ((double)FitsReader.ReadImage(SkyFrames.Products(run, "reduced").Single().Path)[0, 0]).ShouldBe(40 / 0.9, 1e-3);
    }

    private TaskRun Reduce(TaskInput raw, TaskInput bias, TaskInput flat, TaskInput? hot) => desk.Try("reduce", Inputs(raw, bias, flat, hot));

    private static Dictionary<string, TaskInput[]> Inputs(TaskInput raw, TaskInput bias, TaskInput flat, TaskInput? hot)
    {
        var inputs = new Dictionary<string, TaskInput[]> { ["science"] = [raw], ["bias"] = [bias], ["flat"] = [flat] };
        if (hot is not null) { inputs["hot"] = [hot]; }
        return inputs;
    }

    private TaskInput Raw(Action<FitsHeader>? change = null)
    {
        // 10 columns of prescan, 6 of overscan, 2 rows below and 1 above.
        var raw = TestSky.Blank(Width + 16, Height + 3, level: 200);
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++) { raw[x + 10, y + 2] += (float)((0.1 * x) + (500 * (1 + (y / 200.0)))); }
        }

        var header = raw.Header;
        SkyFrames.Wcs(0, 0.5, 0.25, Width, Height).WriteTo(header);
        header.Set("OBJECT", "FIELD 1");
        header.Set("EXPTIME", 50.0);
        header.Set("GAIN", 2.0);
        header.Set("SATURATE", 60_000.0);
        header.Set("TRIMSEC", $"[11:{Width + 10},3:{Height + 2}]");
        header.Set("BIASSEC", $"[{Width + 11}:{Width + 16},1:{Height + 3}]");
        change?.Invoke(header);
        return _files.Write("raw", raw, "raw-science");
    }

    private TaskInput Bias()
    {
        var bias = new FitsImage(Width, Height);
        for (var i = 0; i < bias.Pixels.Length; i++) { bias.Pixels[i] = 0.1f * (i % Width); }
        bias.Header.Set("OVSCMODE", "median");
        return _files.Write("bias", bias, "bias");
    }

    private TaskInput Flat()
    {
        var flat = new FitsImage(Width, Height);
        for (var i = 0; i < flat.Pixels.Length; i++) { flat.Pixels[i] = 0.9f + (0.001f * (i % Width)); }
        flat[50, 60] = float.NaN;
        flat[51, 60] = 0.01f;
        flat.Header.Set("FLATNORM", 21_000.0);
        return _files.Write("flat", flat, "master-flat");
    }

    private TaskInput Hot()
    {
        var hot = new FitsImage(Width, Height);
        hot[30, 40] = 1;
        return _files.Write("hot", hot, "hot-pixels");
    }
}
