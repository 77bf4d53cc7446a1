using Dpu.Calibration.Contract;
using Dpu.Calibration.Photometry;
using Dpu.Calibration.Simulation;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Science;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Photometry;

public sealed class PsfTests(Observatory desk) : IClassFixture<Observatory>, IDisposable
{
    private const string Psf = "PSF.process_params.";
    private readonly SkyFrames _files = new(desk);

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(2.2, 1)]
    [InlineData(3.5, 2)]
    [InlineData(5.0, 3)]
    public void The_width_of_Gaussian_stars_is_recovered_within_its_error(double fwhm, int seed)
    {
        var field = new StarField(_files, seed, brightest: fwhm < 3 ? 15.5 : 14.6);
        var run = _files.Run("psf", "image", [field.Frame(new("one") { Fwhm = fwhm })]);
        run.Figure("psf", "fwhm").ShouldBe(fwhm, 4 * run.Figure("psf", "fwhmerror"));
        run.Figure("psf", "fwhmerror").ShouldBeLessThan(0.002 * fwhm, "some ten stars of 100,000 photons: 1 / sqrt(1e6) of the width, and half as much again");
        var header = FitsReader.ReadPrimaryHeader(run.PathOf("psf"));
        header.GetDouble("PSFT").ShouldBe(0, 4 * header.GetDouble("PSFTERR"));
        header.GetDouble("PSFELL").ShouldBe(0, 4 * header.GetDouble("PSFELERR"));
        header.GetDouble("PSFCHI2").ShouldBe(1, 0.1);
    }

    [Theory]
    [InlineData(0.4, 0.12, -0.08)]
    [InlineData(0.25, -0.05, 0.2)]
    public void Wings_and_ellipticity_are_recovered_within_their_errors(double t, double e1, double e2)
    {
        var image = Drawn(9, 400, (x, y) => StarProfile.Of(1, x, y, 4, e1, e2, t));
        var run = _files.Run("psf", "image", [image]);
        var header = FitsReader.ReadPrimaryHeader(run.PathOf("psf"));
        header.GetDouble("PSFT").ShouldBe(t, 4 * header.GetDouble("PSFTERR"));
        header.GetDouble("PSFFWHM").ShouldBe(4, 4 * header.GetDouble("PSFFWERR"));
        var e = Math.Sqrt((e1 * e1) + (e2 * e2));
        header.GetDouble("PSFELL").ShouldBe(1 - Math.Sqrt((1 - e) / (1 + e)), 4 * header.GetDouble("PSFELERR"));
        header.GetDouble("PSFTHETA").ShouldBe(0.5 * Math.Atan2(e2, e1) * 180 / Math.PI, 4 * header.GetDouble("PSFELERR") / e * 90 / Math.PI);
    }

    [Fact]
    public void The_width_follows_the_place_on_the_image()
    {
        double Width(double x, double y) => 4 + (0.3 * ((2 * (x + 0.5) / 400) - 1)) - (0.2 * ((2 * (y + 0.5) / 400) - 1));
        var run = _files.Run("psf", "image", [Drawn(10, 400, (x, y) => StarProfile.Of(1, x, y, Width(x, y), 0, 0, 0))]);
        var header = FitsReader.ReadPrimaryHeader(run.PathOf("psf"));
        header.GetDouble("PSFFWHM").ShouldBe(4, 4 * header.GetDouble("PSFFWERR"));

        // The mean square of a coordinate over the image is 1/3: errors of slopes are larger by its root.
        header.GetDouble("PSFFW1").ShouldBe(0.3, 4 * 1.8 * header.GetDouble("PSFFWERR"));
        header.GetDouble("PSFFW2").ShouldBe(-0.2, 4 * 1.8 * header.GetDouble("PSFFWERR"));
    }

    [Fact]
    public void The_picture_is_the_function_as_pixels_see_it()
    {
        var run = _files.Run("psf", "image", [new StarField(_files, 4).Frame(new("one"))]);
        var picture = FitsReader.ReadImage(run.PathOf("psf"));
        ((double)picture.Pixels.Sum()).ShouldBe(1, 1e-5);
        var (c, sigma2) = (picture.Width / 2, Math.Pow(3.5 / 2.3548, 2));
        var variance = 0.0;
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++) { variance += picture[x, y] * (x - c) * (x - c); }
        }

        variance.ShouldBe(sigma2 + (1 / 12.0), 0.03 * sigma2, "the star's own variance and that of a pixel");
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(-0.1)]
    public void Derivatives_of_the_profile_are_those_of_its_values(double t)
    {
        var profile = StarProfile.Of(100, 10.2, 9.7, 3.3, 0.1, -0.05, t) with { Sky = 2 };
        Span<double> derivatives = stackalloc double[StarProfile.Parameters];
        Span<double> unused = stackalloc double[StarProfile.Parameters];
        Span<double> step = stackalloc double[StarProfile.Parameters];
        _ = profile.Pixel(11, 8, derivatives);
        for (var i = 0; i < step.Length; i++)
        {
            step.Clear();
            step[i] = 1e-5;
            var up = profile.Moved(step).Pixel(11, 8, unused);
            step[i] = -1e-5;
            var down = profile.Moved(step).Pixel(11, 8, unused);
            derivatives[i].ShouldBe((up - down) / 2e-5, 1e-4 * (1 + Math.Abs(derivatives[i])));
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void The_aperture_correction_is_that_of_the_profile(int seed)
    {
        var run = _files.Run("aperture-correction", "image", [new StarField(_files, seed, brightest: 14.6).Frame(new("one"))], new() { ["ApertureCorrection.process_params.APERTURE"] = "7" });

        // An aperture sees steps of pixels: the star, smoothed by the pixel that integrated it and by the one that is drawn: 1/12 of variance each.
        var variance = Math.Pow(3.5 / 2.3548, 2) + (2 / 12.0);
        double Part(double diameter) => 1 - Math.Exp(-diameter * diameter / 8 / variance);
        run.Figure("aperture-correction", "correction").ShouldBe(-2.5 * Math.Log10(Part(7)), (4 * run.Figure("aperture-correction", "correctionerror")) + 5e-4);
        run.Figure("aperture-correction", "correctionerror").ShouldBeLessThan(0.002);
        var table = FitsReader.ReadTable(run.PathOf("aperture-correction"));
        for (var i = 2; i < table.RowCount; i++) { table["PART"].GetDouble(i).ShouldBe(Part(table["DIAMETER"].GetDouble(i)), (5 * table["PARTERR"].GetDouble(i)) + 1e-3); }
    }

    [Fact]
    public void An_aperture_that_is_too_wide_is_refused()
    {
        var run = _files.Try("aperture-correction", "image", [new StarField(_files, 7).Frame(new("one"))], new() { ["ApertureCorrection.process_params.APERTURE"] = "40" });
        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("a smaller one is needed");
    }

    [Fact]
    public void A_convolved_image_has_stars_of_the_width_that_was_asked_for_and_their_flux()
    {
        var field = new StarField(_files, 8, brightest: 14.6);
        var frame = field.Frame(new("one") { Fwhm = 3.1 });
        var run = _files.Run("convolve", "image", [frame], new() { ["Convolve.process_params.FWHM"] = "4.4" });
        var after = _files.Run("psf", "image", [run.AsInput("convolved")]);
        after.Figure("psf", "fwhm").ShouldBe(4.4, 4 * 2 * after.Figure("psf", "fwhmerror"), "the error of the width before is as large");
        var (before, image) = (FitsReader.ReadImage(frame.Path), FitsReader.ReadImage(run.PathOf("convolved")));
        double Sum(FitsImage of) => Enumerable.Range(60, 200).Sum(y => Enumerable.Range(60, 200).Sum(x => (double)of[x, y]));
        Sum(image).ShouldBe(Sum(before), 2e-3 * Sum(before));
    }

    [Fact]
    public void Convolution_keeps_flux_leaves_bad_pixels_out_and_tells_the_noise()
    {
        var image = Imaging.TestSky.Blank(200, 200, 0, 1, 3);
        image[50, 60] = float.NaN;
        image[120, 100] += 5000;
        image.Header.Set("BUNIT", "count/s");
        var run = _files.Run("convolve", "image", [_files.Write("noise", image, "reduced")], new() { ["Convolve.process_params.SIGMA"] = "1.3" });
        var convolved = FitsReader.ReadImage(run.PathOf("convolved"));
        float.IsNaN(convolved[50, 60]).ShouldBeTrue();
        float.IsFinite(convolved[51, 60]).ShouldBeTrue();
        var peak = (double)convolved[120, 100];
        peak.ShouldBe(5000 / (2 * Math.PI * 1.3 * 1.3), 0.01 * peak);
        var values = Enumerable.Range(0, 200 * 200).Where(i => i % 200 is > 10 and < 90 && i / 200 is > 110 and < 190).Select(i => (double)convolved.Pixels[i]).ToArray();

        // 1 / (4 π σ²) of the variance; 6240 pixels, 21 to a patch of noise: 300 independent ones tell it to 8%, three of that.
        var variance = values.Average(v => v * v);
        convolved.Header.GetDouble("NOISEFAC").ShouldBe(1 / Math.Sqrt(4 * Math.PI * 1.3 * 1.3), 0.002);
        variance.ShouldBe(1 / (4 * Math.PI * 1.3 * 1.3), 0.25 / (4 * Math.PI * 1.3 * 1.3));
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.7)]
    [InlineData(2.5)]
    public void A_kernel_has_the_variance_that_was_asked_for(double sigma)
    {
        var kernel = GaussianKernel.OfSigma(sigma);
        kernel.Taps.Sum(t => (double)t).ShouldBe(1, 1e-6);
        kernel.Taps.Select((t, i) => t * Math.Pow(i - kernel.Radius, 2)).Sum().ShouldBe(sigma * sigma, 1e-4 * sigma * sigma);
    }

    [Theory]
    [InlineData("3.0", "makes nothing sharper", 65)]
    [InlineData("", "is needed", 2)]
    public void What_cannot_be_done_is_refused(string target, string said, int exitCode)
    {
        var run = _files.Try("convolve", "image", [new StarField(_files, 9).Frame(new("one"))], new() { ["Convolve.process_params.FWHM"] = target });
        run.ExitCode.ShouldBe(exitCode);
        run.Errors.ShouldContain(said);
    }

    [Fact]
    public void An_image_without_stars_is_refused_with_what_counts()
    {
        var image = _files.Write("empty", Imaging.TestSky.Blank(200, 200, 10, 1, 5), "reduced");
        foreach (var command in new[] { "psf", "aperture-correction" })
        {
            var run = _files.Try(command, "image", [image]);
            run.ExitCode.ShouldBe(65);
            run.Errors.ShouldContain("empty.fits: 0 stars");
        }

        _files.Try("psf", "image", [image], new() { [Psf + "ORDER"] = "4" }).ExitCode.ShouldBe(2);
    }

    /// <summary>Stars of a profile of their own on a grid, with noise of sky and photons.</summary>
    private TaskInput Drawn(int seed, int side, Func<double, double, StarProfile> profile)
    {
        var (noise, image) = (new SeededNoise((ulong)seed, 81), new FitsImage(side, side));
        image.Pixels.AsSpan().Fill(500);
        Span<double> unused = stackalloc double[StarProfile.Parameters];
        for (var row = 0; row < side / 50; row++)
        {
            for (var column = 0; column < side / 50; column++)
            {
                var (x, y) = ((50 * column) + 25 + noise.Uniform(-3, 3), (50 * row) + 25 + noise.Uniform(-3, 3));
                var star = profile(x, y) with { Amplitude = noise.Uniform(5_000, 30_000) };
                for (var j = Math.Max(0, (int)y - 60); j <= Math.Min(side - 1, (int)y + 60); j++)
                {
                    for (var i = Math.Max(0, (int)x - 60); i <= Math.Min(side - 1, (int)x + 60); i++) { image[i, j] += (float)star.Pixel(i, j, unused); }
                }
            }
        }

        foreach (ref var pixel in image.Pixels.AsSpan()) { pixel += (float)(Math.Sqrt(pixel) * noise.Normal()); }
        image.Header.Set("GAIN", 1.0);
        return _files.Write($"drawn{seed}", image, "reduced");
    }
}
