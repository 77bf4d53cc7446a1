using Dpu.Calibration.Simulation;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Calibration;

/// <summary>Each recipe against what the simulation put in. Tolerances are multiples of the error that the noise allows.</summary>
public sealed class RecipeTests(Observatory observatory) : IClassFixture<Observatory>
{
    // Counts are whole numbers: rounding adds the variance of a uniform distribution.
    private double ReadNoise => Math.Sqrt((observatory.Truth.ReadNoise * observatory.Truth.ReadNoise) + (1 / 12.0));

    private TaskRun Bias(Dictionary<string, string>? pars = null) => observatory.Run("bias", new() { ["bias"] = observatory.Raw("bias") }, pars);

    private TaskRun Flat(string command, string type, TaskRun bias) =>
        observatory.Run(command, new() { ["flat"] = observatory.Raw(type), ["bias"] = [bias.AsInput("bias")] });

    [Fact]
    public void The_read_noise_is_found_within_its_error()
    {
        var run = observatory.Run("read-noise", new() { ["bias"] = observatory.Raw("bias") });
        var error = run.Figure("readnoise", "readnoiseerror");
        run.Figure("readnoise", "readnoise").ShouldBe(ReadNoise, 4 * error);
        error.ShouldBe(ReadNoise / Math.Sqrt(2.0 * 192 * 256), 0.05 * error);
        FitsReader.ReadPrimaryHeader(run.PathOf("readnoise")).GetDouble("RDNADU").ShouldBe(run.Figure("readnoise", "readnoise"));
    }

    [Fact]
    public void The_read_noise_is_logged_as_the_documents_show_it()
    {
        var run = observatory.Run("read-noise", new() { ["bias"] = observatory.Raw("bias") });
        var lines = run.Log.ReplaceLineEndings("\n").Split('\n').Select(l => l.Length > 11 ? l[11..] : l).ToArray();
        lines[0].ShouldBe("Making ReadNoise object");
        lines[1].ShouldBe("Using RawBiasFrame WFI_2000-04-28_bias_01_ccd50.fits");
        lines[3].ShouldBe("Computing difference...");
        lines[4].ShouldBe("Estimating rms iteratively...");
        lines[5].ShouldBe("Maximum number of iterations : 5");
        lines[6].ShouldBe("Rejection threshold :    5.0 (sigma)");
        lines[7].ShouldMatch(@"^The read noise \(ADU\) for ccd ccd50 is : +\d\.\d\d$");
        lines[8].ShouldMatch(@"^Difference between biases is : +-?\d\.\d{3} \(mean\), +-?\d\.\d\d \(median\)$");
    }

    [Fact]
    public void Hot_pixels_do_not_move_the_read_noise()
    {
        // A cosmic ray of 30,000 ADU in one of the two: unclipped it alone would give a noise of nearly a hundred.
        var hit = WithPixels(observatory.Raw("bias")[0].Path, image => image[100, 100] = 30_000);
        var run = observatory.Run("read-noise", new() { ["bias"] = [Observatory.Input(hit, "raw-bias"), observatory.Raw("bias")[1]] });
        run.Figure("readnoise", "readnoise").ShouldBe(ReadNoise, 4 * run.Figure("readnoise", "readnoiseerror"));
    }

    [Theory]
    [InlineData("median")]
    [InlineData("rows")]
    public void The_bias_is_the_fixed_pattern_within_the_noise(string overscan)
    {
        var run = Bias(new() { ["BiasFrame.process_params.OVERSCAN_CORRECTION"] = overscan });
        var image = FitsReader.ReadImage(run.PathOf("bias"));
        image.Header.GetString("OVSCMODE").ShouldBe(overscan);
        var (mean, rms) = Residuals(image.Pixels.Select((v, i) => (double)(v - observatory.Truth.BiasStructure[i])), IsOdd);
        // Five frames; the overscan's own error adds little. The overscan of a frame has 16 x 256 pixels.
        rms.ShouldBe(ReadNoise / Math.Sqrt(5), 0.05 * ReadNoise);
        mean.ShouldBe(0, 5 * ReadNoise * Math.Sqrt((1.0 / (16 * 256 * 5)) + (1.0 / image.Pixels.Length)));
    }

    [Fact]
    public void Without_overscan_correction_the_bias_holds_the_level()
    {
        var run = Bias(new() { ["BiasFrame.process_params.OVERSCAN_CORRECTION"] = "none" });
        // The level drifts by 1.5 ADU from frame to frame.
        run.Figure("bias", "level").ShouldBe(observatory.Truth.BiasLevel + 0.75, 5 * 1.5 / Math.Sqrt(5));
    }

    [Theory]
    [InlineData("mean")]
    [InlineData("median")]
    public void A_cosmic_ray_in_one_frame_leaves_no_trace(string combine)
    {
        var raws = observatory.Raw("bias");
        raws[2] = Observatory.Input(WithPixels(raws[2].Path, image => image[60, 70] = 5_000), "raw-bias");
        var run = observatory.Run("bias", new() { ["bias"] = raws }, new() { ["BiasFrame.process_params.COMBINE"] = combine });
        var value = FitsReader.ReadImage(run.PathOf("bias"))[60 - Camera.OverscanColumns, 70];
        value.ShouldBe(observatory.Truth.BiasStructure[(70 * 192) + 60 - Camera.OverscanColumns], 5 * ReadNoise / Math.Sqrt(4));
    }

    [Fact]
    public void Exactly_the_hot_pixels_are_marked()
    {
        var run = observatory.Run("hot-pixels", new() { ["bias"] = [Bias().AsInput("bias")] });
        var mask = FitsReader.ReadImage(run.PathOf("hot-pixels"));
        var found = Enumerable.Range(0, mask.Pixels.Length).Where(i => mask.Pixels[i] != 0).ToArray();
        found.ShouldBe(observatory.Truth.HotPixels.Select(p => Index(p)).Order());
        run.Figure("hot-pixels", "hotpixels").ShouldBe(observatory.Truth.HotPixels.Count);
        FitsRowReader.Open(run.PathOf("hot-pixels")).Type.ShouldBe(FitsPixelType.UInt8);
    }

    [Fact]
    public void Of_several_biases_the_newest_is_searched_for_hot_pixels()
    {
        var newest = Bias();
        var old = WithPixels(newest.PathOf("bias"), image =>
        {
            image[3, 3] = 10_000;
            image.Header.Set("DATE", "1999-01-01T00:00:00");
        });
        var run = observatory.Run("hot-pixels", new() { ["bias"] = [Observatory.Input(old, "bias"), newest.AsInput("bias")] });
        run.Output("hot-pixels").GetProperty("derivedFrom").EnumerateArray().Single().GetString().ShouldBe(newest.AsInput("bias").Id);
    }

    [Fact]
    public void The_master_flat_is_the_response_within_the_photon_noise()
    {
        var bias = Bias();
        var dome = Flat("dome-flat", "domeflat", bias);
        var twilight = Flat("twilight-flat", "twilightflat", bias);
        var hot = observatory.Run("hot-pixels", new() { ["bias"] = [bias.AsInput("bias")] });
        var run = observatory.Run("master-flat", new()
        {
            ["dome"] = [dome.AsInput("dome-flat")],
            ["twilight"] = [twilight.AsInput("twilight-flat")],
            ["hot"] = [hot.AsInput("hot-pixels")],
        });
        var flat = FitsReader.ReadImage(run.PathOf("master-flat"));
        var truth = observatory.Truth.Response;
        var good = Enumerable.Range(0, truth.Length).Where(i => !IsOdd(i)).ToArray();
        var norm = good.Average(i => (double)truth[i]);
        var (mean, rms) = Residuals(good.Select(i => (flat.Pixels[i] * norm / truth[i]) - 1), _ => false);
        // Five dome flats of 40,000 electrons; the large scale adds the error of an area of pixels.
        var photons = Math.Sqrt(good.Average(i => 1 / (5 * 40_000.0 * truth[i])));
        mean.ShouldBe(0, 0.001);
        rms.ShouldBeInRange(0.9 * photons, 1.2 * photons);
        LargestBlockError(flat, truth, norm).ShouldBeLessThan(0.002);
        // Every bad pixel is marked, and nothing else.
        flat.Pixels.Select((v, i) => (v, i)).Where(p => float.IsNaN(p.v)).Select(p => p.i)
            .ShouldBe(observatory.Truth.HotPixels.Concat(observatory.Truth.ColdPixels).Select(Index).Order());
        run.Figure("master-flat", "badpixels").ShouldBe(observatory.Truth.HotPixels.Count + observatory.Truth.ColdPixels.Count);
    }

    /// <summary>The lamp lights the mosaic unevenly by some per cent: the dome alone shows it, so that the test above is not passed by doing nothing.</summary>
    [Fact]
    public void The_dome_flat_alone_has_the_wrong_large_scale()
    {
        var dome = FitsReader.ReadImage(Flat("dome-flat", "domeflat", Bias()).PathOf("dome-flat"));
        var truth = observatory.Truth.Response;
        LargestBlockError(dome, truth, truth.Where((_, i) => !IsOdd(i)).Average()).ShouldBeGreaterThan(0.006);
    }

    [Fact]
    public void The_level_of_a_flat_tells_the_throughput_of_the_chip()
    {
        var run = Flat("twilight-flat", "twilightflat", Bias());
        var truth = observatory.Truth;
        var electrons = FramePlan.Night(observatory.Options).Where(p => p.Type == "twilightflat").Average(p => p.Electrons);
        var expected = electrons / truth.Gain * truth.Response.Where((_, i) => !IsOdd(i)).Average();
        run.Figure("twilight-flat", "level").ShouldBe(expected, 0.002 * expected);
    }

    [Fact]
    public void Stars_in_a_twilight_flat_leave_no_trace()
    {
        var bias = Bias();
        var raws = observatory.Raw("twilightflat");
        raws[0] = Observatory.Input(WithPixels(raws[0].Path, image =>
        {
            for (var y = 100; y < 108; y++)
            {
                image.Row(y).Slice(100, 8).Fill(50_000);
            }
        }), "raw-twilightflat");
        var clean = FitsReader.ReadImage(Flat("twilight-flat", "twilightflat", bias).PathOf("twilight-flat"));
        var starry = FitsReader.ReadImage(observatory.Run("twilight-flat", new() { ["flat"] = raws, ["bias"] = [bias.AsInput("bias")] }).PathOf("twilight-flat"));
        for (var y = 100; y < 108; y++)
        {
            starry[104 - Camera.OverscanColumns, y].ShouldBe(clean[104 - Camera.OverscanColumns, y], 0.02f);
        }
    }

    [Fact]
    public void A_badly_exposed_frame_is_left_out_and_said_to_be()
    {
        var bias = Bias();
        var dark = WithPixels(observatory.Raw("domeflat")[0].Path, image => image.Pixels.AsSpan().Fill(300));
        var run = observatory.Run("dome-flat", new() { ["flat"] = [.. observatory.Raw("domeflat"), Observatory.Input(dark, "raw-domeflat")], ["bias"] = [bias.AsInput("bias")] });
        run.Log.ShouldContain("Leaving out RawDomeFlatFrame");
        run.Figure("dome-flat", "frames").ShouldBe(5);
        run.Output("dome-flat").GetProperty("derivedFrom").GetArrayLength().ShouldBe(6);
        var all = observatory.Try("dome-flat", new() { ["flat"] = [.. Enumerable.Repeat(Observatory.Input(dark, "raw-domeflat"), 3)], ["bias"] = [bias.AsInput("bias")] });
        all.ExitCode.ShouldBe(65);
        all.Errors.ShouldContain("0 of 3 frames are well exposed");
    }

    [Fact]
    public void A_frame_without_overscan_says_how_to_go_on()
    {
        var without = WithPixels(observatory.Raw("bias")[0].Path, image => image.Header.Remove("BIASSEC"));
        var inputs = new Dictionary<string, Contract.TaskInput[]> { ["bias"] = [.. Enumerable.Repeat(Observatory.Input(without, "raw-bias"), 3)] };
        observatory.Try("bias", inputs).Errors.ShouldContain("OVERSCAN_CORRECTION=none");
        observatory.Run("bias", inputs, new() { ["BiasFrame.process_params.OVERSCAN_CORRECTION"] = "none" });
    }

    /// <summary>The lamp of each evening's flat is known to the simulation: the response is the last one's over their mean.</summary>
    [Fact]
    public void The_quick_check_finds_how_bright_the_newest_flat_is()
    {
        var bias = Bias();
        var reference = Flat("dome-flat", "domeflat", bias);
        var run = observatory.Run("quick-check", new() { ["flat"] = observatory.Raw("domeflat"), ["bias"] = [bias.AsInput("bias")], ["reference"] = [reference.AsInput("dome-flat")] });
        var lamp = FramePlan.Night(observatory.Options).Where(p => p.Type == "domeflat").Select(p => p.Electrons).ToArray();
        run.Figure("quick-check", "response").ShouldBe(lamp[^1] / lamp.Average(), 4 * run.Figure("quick-check", "responseerror"));
        // The photons of one flat against those of five, over all pixels.
        run.Figure("quick-check", "responseerror").ShouldBe(Math.Sqrt(1.2 / 40_000 / (192 * 256)), 0.2 * run.Figure("quick-check", "responseerror"));
        run.Log.ShouldContain("The responsivity is as before");
    }

    private int Index(OddPixel p) => ((p.Y - 1) * 192) + p.X - 1 - Camera.OverscanColumns;

    private bool IsOdd(int index) => observatory.Truth.HotPixels.Concat(observatory.Truth.ColdPixels).Any(p => Index(p) == index);

    private static (double Mean, double Rms) Residuals(IEnumerable<double> values, Func<int, bool> isLeftOut)
    {
        var kept = values.Where((_, i) => !isLeftOut(i)).ToArray();
        var mean = kept.Average();
        return (mean, Math.Sqrt(kept.Average(v => (v - mean) * (v - mean))));
    }

    /// <summary>The largest relative error of a block of 32 x 32 pixels, where pixel noise has averaged out to 0.01%.</summary>
    private static double LargestBlockError(FitsImage flat, float[] truth, double norm)
    {
        var largest = 0.0;
        for (var y0 = 0; y0 < flat.Height; y0 += 32)
        {
            for (var x0 = 0; x0 < flat.Width; x0 += 32)
            {
                var errors = new List<double>();
                for (var i = 0; i < 1024; i++)
                {
                    var at = ((y0 + (i / 32)) * flat.Width) + x0 + (i % 32);
                    var error = (flat.Pixels[at] * norm / truth[at]) - 1;
                    if (Math.Abs(error) < 0.2)
                    {
                        errors.Add(error);
                    }
                }
                largest = Math.Max(largest, Math.Abs(errors.Average()));
            }
        }
        return largest;
    }

    private string WithPixels(string path, Action<FitsImage> change)
    {
        var image = FitsReader.ReadImage(path);
        change(image);
        using var reader = FitsRowReader.Open(path);
        var copy = Path.Combine(observatory.Root, $"{Guid.NewGuid():N}.fits");
        FitsWriter.WriteImage(copy, image, reader.Type);
        return copy;
    }
}
