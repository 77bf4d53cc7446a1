using Dpu.Calibration.Contract;
using Dpu.Calibration.Simulation;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Calibration;

/// <summary>A night of three chips that hear each other.</summary>
public sealed class MosaicNight : Observatory
{
    public MosaicNight()
        : base(raw => new SimulationOptions
        {
            Output = raw,
            Seed = 41,
            Chips = 3,
            Width = 224,
            Height = 256,
            Biases = 4,
            Domes = 2,
            Twilights = 0,
            Exposures = 3,
            Stars = 8000,
            CrossTalk = 0.004,
        })
    {
    }

    internal Detector[] Chips => [.. Enumerable.Range(0, 3).Select(c => new Detector(c, new Camera(Options), Options.Seed))];

    internal TaskInput[] OfChip(string type, int chip) =>
        [.. Directory.GetFiles(Options.Output, $"*_{type}_*_ccd{50 + chip}.fits").Order(StringComparer.Ordinal).Select(p => Named(p, "raw-" + type, $"ccd{50 + chip}"))];

    internal TaskInput[] Science() => [.. Enumerable.Range(0, 3).SelectMany(c => OfChip("science", c))];

    internal static TaskInput Named(string path, string type, string chip)
    {
        var input = Input(path, type);
        input.Metadata["chip"] = chip;
        return input;
    }
}

/// <summary>Cross talk, several amplifiers, overscan on any side, files of several extensions.</summary>
public sealed class MosaicTests(MosaicNight night) : IClassFixture<MosaicNight>
{
    private const double Sigmas = 4;
    private const int Raw = 224;
    private const int Width = 192;
    private const int Height = 256;

    private double ReadNoise(int chip) => Math.Sqrt((night.Chips[chip].ReadNoise * night.Chips[chip].ReadNoise) + (1 / 12.0));

    [Fact]
    public void Cross_talk_is_found_within_its_error()
    {
        var run = night.Run("cross-talk", new() { ["science"] = night.Science() });
        var effects = new DetectorEffects(night.Options, new Camera(night.Options));
        var table = FitsReader.ReadTable(run.PathOf("crosstalk"));
        table.RowCount.ShouldBe(6);
        for (var row = 0; row < table.RowCount; row++)
        {
            var (victim, source) = (ChipOf(table, "VICTIM_CHIP", row), ChipOf(table, "SOURCE_CHIP", row));
            var error = table["ERROR"].GetDouble(row);
            table["COEFFICIENT"].GetDouble(row).ShouldBe(effects.CrossTalk(victim, source), Sigmas * error, $"{source} in {victim}");
            // Small enough to tell: eight sigma of the larger coefficient.
            error.ShouldBeLessThan(0.0005);
        }
        run.Figure("crosstalk", "significant").ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public void Corrected_frames_have_no_cross_talk_left()
    {
        var crosstalk = night.Run("cross-talk", new() { ["science"] = night.Science() });
        var run = night.Run("cross-talk-corrected-frame", new() { ["science"] = night.Science(), ["mosaic"] = night.Science(), ["crosstalk"] = [crosstalk.AsInput("crosstalk")] });
        TaskInput[] corrected =
        [
            .. run.Outputs.EnumerateArray().Where(o => o.GetProperty("type").GetString() == "raw-crosstalk-corrected").Select(o =>
                MosaicNight.Named(Path.Combine(run.Folder, o.GetProperty("path").GetString()!), "raw-crosstalk-corrected", o.GetProperty("metadata").GetProperty("chip").GetString()!)),
        ];
        corrected.Length.ShouldBe(9);
        var after = FitsReader.ReadTable(night.Run("cross-talk", new() { ["science"] = corrected }).PathOf("crosstalk"));
        var before = FitsReader.ReadTable(crosstalk.PathOf("crosstalk"));
        for (var row = 0; row < after.RowCount; row++)
        {
            // The same pixels, less what they were fitted with: what remains is of second order, and a few pixels that are clipped or not.
            Math.Abs(after["COEFFICIENT"].GetDouble(row)).ShouldBeLessThan(0.5 * before["ERROR"].GetDouble(row));
        }
        run.Outputs[0].GetProperty("derivedFrom").GetArrayLength().ShouldBe(4);
    }

    /// <summary>As a task of one chip is run: its own frames, and those of all chips to hear.</summary>
    [Fact]
    public void A_frame_is_corrected_by_the_others_of_its_exposure_only()
    {
        var crosstalk = night.Run("cross-talk", new() { ["science"] = night.Science() });
        var run = night.Run("cross-talk-corrected-frame", new() { ["science"] = night.OfChip("science", 1)[..1], ["mosaic"] = night.Science(), ["crosstalk"] = [crosstalk.AsInput("crosstalk")] });
        var from = run.Output("raw-crosstalk-corrected").GetProperty("derivedFrom").EnumerateArray().Select(e => e.GetString()!).ToArray();
        from.Count(id => id.Contains("_science_01_", StringComparison.Ordinal)).ShouldBe(3);
        from.Count(id => id.Contains("_science_0", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public void Cross_talk_needs_two_chips()
    {
        var run = night.Try("cross-talk", new() { ["science"] = night.OfChip("science", 0) });
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("No exposure has frames of two chips");
    }

    [Fact]
    public void Each_amplifier_has_its_own_read_noise_and_level()
    {
        var raws = TwoAmplifiers("bias");
        var noise = night.Run("read-noise", new() { ["bias"] = raws });
        var header = FitsReader.ReadPrimaryHeader(noise.PathOf("readnoise"));
        for (var i = 0; i < 2; i++)
        {
            header.GetDouble("RDNADU" + "AB"[i]).ShouldBe(ReadNoise(i), Sigmas * header.GetDouble("RDNERR" + "AB"[i]));
        }
        // Levels that differ by up to forty ADU are taken off each side; taken off as one they would leave a step.
        var bias = FitsReader.ReadImage(night.Run("bias", new() { ["bias"] = raws }).PathOf("bias"));
        (bias.Width, bias.Height).ShouldBe((2 * Width, Height));
        for (var i = 0; i < 2; i++)
        {
            var truth = night.Chips[i].BiasStructure;
            var odd = night.Chips[i].HotPixels.Select(Index).ToHashSet();
            var chip = i;
            var mean = Enumerable.Range(0, truth.Length).Where(p => !odd.Contains(p)).Average(p => bias[(chip * Width) + (p % Width), p / Width] - truth[p]);
            mean.ShouldBe(0, 5 * ReadNoise(i) * Math.Sqrt((1.0 / (16 * Height * 4)) + (1.0 / truth.Length / 4)));
        }
    }

    [Fact]
    public void Each_amplifier_has_its_own_gain()
    {
        var biases = TwoAmplifiers("bias");
        // The lamps of the two flats differ by some per cent, which the pair allows for.
        var run = night.Run("gain", new()
        {
            ["flat"] = TwoAmplifiers("domeflat"),
            ["bias"] = [night.Run("bias", new() { ["bias"] = biases }).AsInput("bias")],
            ["readnoise"] = [night.Run("read-noise", new() { ["bias"] = biases }).AsInput("readnoise")],
        });
        var header = FitsReader.ReadPrimaryHeader(run.PathOf("gain"));
        for (var i = 0; i < 2; i++)
        {
            header.GetDouble("GAIN" + "AB"[i]).ShouldBe(night.Chips[i].Gain, Sigmas * header.GetDouble("GAINERR" + "AB"[i]));
        }
        header.GetDouble("GAIN").ShouldBe((header.GetDouble("GAINA") + header.GetDouble("GAINB")) / 2, 1e-9);
    }

    [Theory]
    [InlineData("median")]
    [InlineData("rows")]
    public void Overscan_above_the_data_gives_the_same_bias_as_beside_it(string method)
    {
        var beside = night.OfChip("bias", 0);
        var above = beside.Select((input, i) => Transposed(input, i)).ToArray();
        var pars = new Dictionary<string, string> { ["BiasFrame.process_params.OVERSCAN_CORRECTION"] = method };
        var straight = FitsReader.ReadImage(night.Run("bias", new() { ["bias"] = beside }, pars).PathOf("bias"));
        var turned = FitsReader.ReadImage(night.Run("bias", new() { ["bias"] = above }, pars).PathOf("bias"));
        (turned.Width, turned.Height).ShouldBe((straight.Height, straight.Width));
        // Every pixel, but for the order in which the noise is sampled.
        Enumerable.Range(0, straight.Pixels.Length).Count(i => Math.Abs(turned[i / Width, i % Width] - straight.Pixels[i]) > 1e-4).ShouldBeLessThan(10);
    }

    [Fact]
    public void The_extension_of_the_inputs_chip_is_taken_with_what_it_inherits()
    {
        var mosaics = Mosaics("bias", header => header);
        TaskInput[] inputs = [.. mosaics.Select(p => MosaicNight.Named(p, "raw-bias", "ccd51"))];
        var run = night.Run("bias", new() { ["bias"] = inputs });
        var alone = night.Run("bias", new() { ["bias"] = night.OfChip("bias", 1) });
        FitsReader.ReadImage(run.PathOf("bias")).Pixels.ShouldBe(FitsReader.ReadImage(alone.PathOf("bias")).Pixels);
        FitsReader.ReadPrimaryHeader(run.PathOf("bias")).GetString("TELESCOP").ShouldBe("MPI-2.2");
    }

    [Fact]
    public void A_chip_that_no_extension_has_is_bad_data_and_the_extensions_are_named()
    {
        var mosaics = Mosaics("bias", header => header);
        var run = night.Try("bias", new() { ["bias"] = [.. mosaics.Select(p => MosaicNight.Named(p, "raw-bias", "ccd59"))] });
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("holds 3 images (ccd50 ccd51 ccd52), none of them of chip 'ccd59'; RawFrame makes a file of each chip.");
    }

    [Fact]
    public void A_mosaic_becomes_a_raw_frame_of_each_chip()
    {
        var run = night.Run("raw-frame", new() { ["mosaic"] = [Observatory.Input(Mosaics("domeflat", h => h)[0], "raw-mosaic")] });
        var frames = run.Outputs.EnumerateArray().Where(o => o.GetProperty("type").GetString() == "raw-domeflat").ToArray();
        frames.Select(f => f.GetProperty("metadata").GetProperty("chip").GetString()).ShouldBe(["ccd50", "ccd51", "ccd52"]);
        var image = FitsReader.ReadImage(Path.Combine(run.Folder, frames[1].GetProperty("path").GetString()!));
        image.Pixels.ShouldBe(FitsReader.ReadImage(night.OfChip("domeflat", 1)[0].Path).Pixels);
        image.Header.GetString("BIASSEC").ShouldBe("[209:224,1:256]");
    }

    /// <summary>Two chips as the amplifiers of one, the second of which reads from the right: its CCDSEC counts down, and it stands mirrored in the file.</summary>
    [Fact]
    public void Amplifiers_in_extensions_are_put_together_and_turned()
    {
        var mosaics = Mosaics("bias", header => header, amplifiers: true);
        TaskInput[] raws = [.. mosaics.Select(p => night.Run("raw-frame", new() { ["mosaic"] = [Observatory.Input(p, "raw-mosaic")] })).Select(r => r.AsInput("raw-bias"))];
        var joined = FitsReader.ReadImage(night.Run("bias", new() { ["bias"] = raws }).PathOf("bias"));
        var expected = FitsReader.ReadImage(night.Run("bias", new() { ["bias"] = TwoAmplifiers("bias") }).PathOf("bias"));
        Enumerable.Range(0, expected.Pixels.Length).Count(i => Math.Abs(joined.Pixels[i] - expected.Pixels[i]) > 1e-4).ShouldBeLessThan(10);
        FitsReader.ReadPrimaryHeader(raws[0].Path).GetDouble("GAINB").ShouldBe(night.Chips[1].Gain, 1e-3);
    }

    [Fact]
    public void Inspection_finds_what_is_wrong_with_raw_files_and_does_not_fail()
    {
        var good = night.OfChip("bias", 0)[0];
        var cut = Path.Combine(night.Root, "cut.fits");
        File.WriteAllBytes(cut, File.ReadAllBytes(good.Path)[..20_000]);
        var white = FitsReader.ReadImage(good.Path);
        white.Pixels.AsSpan().Fill(60_000);
        white.Header.Remove("BIASSEC");
        white.Header.Remove("EXPTIME");
        var whitePath = Path.Combine(night.Root, "white.fits");
        FitsWriter.WriteImage(whitePath, white, FitsPixelType.UInt16);
        var run = night.Run("raw-fits-inspect", new() { ["raw"] = [good, Observatory.Input(cut, "raw-bias"), Observatory.Input(whitePath, "raw-bias")] });
        var table = FitsReader.ReadTable(run.PathOf("raw-inspection"));
        string Problems(int row) => table["PROBLEMS"].GetString(row);
        Problems(0).ShouldBe("");
        table["OVERSCAN_NOISE"].GetDouble(0).ShouldBe(ReadNoise(0), 5 * ReadNoise(0) / Math.Sqrt(2 * 16 * 256));
        Problems(1).ShouldContain("cut.fits: truncated");
        foreach (var problem in new[] { "every pixel is 60000", "no overscan (BIASSEC)", "no EXPTIME", "49152 pixels are saturated" })
        {
            Problems(2).ShouldContain(problem);
        }
        run.Figure("raw-inspection", "problems").ShouldBe(5);
        run.Log.ShouldContain("Warning : white.fits, HDU 0: no EXPTIME");
    }

    [Fact]
    public void A_saturated_flat_is_refused_with_what_is_wanted()
    {
        var flat = FitsReader.ReadImage(night.OfChip("domeflat", 0)[0].Path);
        flat.Pixels.AsSpan().Fill(65_000);
        var path = Path.Combine(night.Root, "saturated.fits");
        FitsWriter.WriteImage(path, flat, FitsPixelType.UInt16);
        var bias = night.Run("bias", new() { ["bias"] = night.OfChip("bias", 0) }).AsInput("bias");
        var reference = night.Run("dome-flat", new() { ["flat"] = night.OfChip("domeflat", 0), ["bias"] = [bias] }, new() { ["DomeFlatFrame.process_params.FRAMES_MIN"] = "2" });
        var run = night.Try("quick-check", new() { ["flat"] = [Observatory.Input(path, "raw-domeflat")], ["bias"] = [bias], ["reference"] = [reference.AsInput("dome-flat")] });
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("saturated.fits: no pixel of its data section [17:208,1:256] has a value below SATURATE (55000); an exposed frame is needed.");
    }

    [Fact]
    public void An_overscan_without_values_is_refused()
    {
        var raws = night.OfChip("bias", 0);
        var image = FitsReader.ReadImage(raws[0].Path);
        for (var y = 0; y < Height; y++)
        {
            image.Row(y)[^16..].Fill(float.NaN);
        }
        raws[0] = MosaicNight.Named(Path.Combine(night.Root, "blind.fits"), "raw-bias", "ccd50");
        FitsWriter.WriteImage(raws[0].Path, image);
        var run = night.Try("bias", new() { ["bias"] = raws });
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("blind.fits: no pixel of the overscan [209:224,1:256] has a value");
    }

    /// <summary>The frames of the first two chips side by side in one array, as two amplifiers: A and B.</summary>
    private TaskInput[] TwoAmplifiers(string type) =>
        [.. night.OfChip(type, 0).Zip(night.OfChip(type, 1), (a, b) => Joined(FitsReader.ReadImage(a.Path), FitsReader.ReadImage(b.Path), $"two_{Path.GetFileName(a.Path)}", "raw-" + type))];

    private TaskInput Joined(FitsImage a, FitsImage b, string name, string type)
    {
        var image = new FitsImage(2 * Raw, Height, a.Header.Clone());
        for (var y = 0; y < Height; y++)
        {
            a.Row(y).CopyTo(image.Row(y));
            b.Row(y).CopyTo(image.Row(y)[Raw..]);
        }
        foreach (var key in (string[])["DATASEC", "TRIMSEC", "BIASSEC", "GAIN"])
        {
            image.Header.Remove(key);
        }
        image.Header.Set("DATASECA", "[17:208,1:256]");
        image.Header.Set("BIASSECA", "[209:224,1:256]");
        image.Header.Set("DATASECB", "[241:432,1:256]");
        image.Header.Set("BIASSECB", "[433:448,1:256]");
        var path = Path.Combine(night.Root, name);
        FitsWriter.WriteImage(path, image, FitsPixelType.UInt16);
        return Observatory.Input(path, type);
    }

    private TaskInput Transposed(TaskInput input, int number)
    {
        var image = FitsReader.ReadImage(input.Path);
        var turned = new FitsImage(Height, Raw, image.Header.Clone());
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            turned[i / Raw, i % Raw] = image.Pixels[i];
        }
        turned.Header.Set("DATASEC", "[1:256,17:208]");
        turned.Header.Set("TRIMSEC", "[1:256,17:208]");
        turned.Header.Set("BIASSEC", "[1:256,209:224]");
        var path = Path.Combine(night.Root, $"turned_{Guid.NewGuid():N}_{number}.fits");
        FitsWriter.WriteImage(path, turned, FitsPixelType.UInt16);
        return Observatory.Input(path, input.Type);
    }

    /// <summary>Files with an extension for each chip, and what they have in common in the primary header.</summary>
    private string[] Mosaics(string type, Func<FitsHeader, FitsHeader> change, bool amplifiers = false)
    {
        var folder = Directory.CreateDirectory(Path.Combine(night.Root, Guid.NewGuid().ToString("N"))).FullName;
        return [.. Enumerable.Range(0, night.OfChip(type, 0).Length).Select(i => Mosaic(Path.Combine(folder, $"{type}{i}.fits"), type, i, change, amplifiers))];
    }

    private string Mosaic(string path, string type, int exposure, Func<FitsHeader, FitsHeader> change, bool amplifiers)
    {
        var hdus = new List<FitsHdu>();
        foreach (var chip in Enumerable.Range(0, amplifiers ? 2 : 3))
        {
            var image = FitsReader.ReadImage(night.OfChip(type, chip)[exposure].Path);
            if (hdus.Count == 0)
            {
                var primary = new FitsHeader();
                foreach (var key in (string[])["INSTRUME", "TELESCOP", "DATE-OBS", "IMAGETYP", "EXPTIME", "FILTER"])
                {
                    if (image.Header.TryGet(key, out var value))
                    {
                        primary.Set(key, value);
                    }
                }
                hdus.Add(new FitsImageHdu(change(primary)));
            }
            foreach (var key in (string[])["INSTRUME", "TELESCOP", "DATE-OBS", "IMAGETYP", "EXPTIME", "FILTER", "CHIP", "CCD"])
            {
                image.Header.Remove(key);
            }
            hdus.Add(new FitsImageHdu(amplifiers ? AsAmplifier(image, chip) : Named(image, chip), FitsPixelType.UInt16));
        }
        FitsWriter.Write(path, hdus);
        return path;
    }

    private static FitsImage Named(FitsImage image, int chip)
    {
        image.Header.Set("EXTNAME", $"ccd{50 + chip}");
        return image;
    }

    private static FitsImage AsAmplifier(FitsImage image, int number)
    {
        image.Header.Set("EXTNAME", $"im{number + 1}");
        image.Header.Set("CCDNAME", "both");
        image.Header.Set("CCDSEC", number == 0 ? "[1:192,1:256]" : "[384:193,1:256]");
        if (number == 1)
        {
            for (var y = 0; y < image.Height; y++)
            {
                image.Row(y).Reverse();
            }
            foreach (var (key, section) in (ReadOnlySpan<(string, string)>)[("DATASEC", "[17:208,1:256]"), ("TRIMSEC", "[17:208,1:256]"), ("BIASSEC", "[1:16,1:256]")])
            {
                image.Header.Set(key, section);
            }
        }
        return image;
    }

    private static int ChipOf(FitsTable table, string column, int row) => table[column].GetString(row)[^1] - '0';

    private static int Index(OddPixel p) => ((p.Y - 1) * Width) + p.X - 1 - Camera.OverscanColumns;
}
