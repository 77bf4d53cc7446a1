using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Science;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Science;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Judges;

/// <summary><c>Coadd</c> against SWarp on the same frames, and the variant that runs it.</summary>
public sealed class SwarpTests(Observatory desk) : IClassFixture<Observatory>, IDisposable
{
    private const double Noise = 0.5;

    private static readonly (double Ra, double Dec, double Flux)[] s_stars =
        [(SkyFrames.Ra + 0.002, SkyFrames.Dec + 0.001, 900), (SkyFrames.Ra - 0.004, SkyFrames.Dec - 0.003, 2000), (SkyFrames.Ra + 0.001, SkyFrames.Dec - 0.005, 400)];

    private readonly SkyFrames _files = new(desk);

    public void Dispose() => _files.Dispose();

    [SwarpFact]
    public void The_same_frames_give_the_same_coadd()
    {
        var regridded = Reduced().SelectMany(frame => SkyFrames.Products(_files.Run("regrid", "reduced", [frame]), "regridded")).ToArray();
        var ours = Coadded.Of(_files.Run("coadd", "regridded", regridded));
        var run = _files.Run("coadd-swarp", "regridded", regridded);
        var theirs = Coadded.Of(run);

        theirs.Image.Header.GetDouble("EXPTIME").ShouldBe(ours.Image.Header.GetDouble("EXPTIME"));
        theirs.Wcs.ShouldBe(ours.Wcs);
        theirs.Covered.ShouldBe(ours.Covered);
        // Up to rounding, but for pixels where one clips a value at its limit and the other does not.
        ours.Differences(theirs).Count(sigma => sigma > 0.01).ShouldBeLessThan(ours.Covered / 1000);
        ours.WeightRatios(theirs).Average().ShouldBe(1, 0.001);
        Directory.GetDirectories(run.Folder).ShouldBeEmpty();
    }

    [SwarpFact]
    public void The_median_of_the_same_frames_is_the_same()
    {
        var regridded = Reduced().SelectMany(frame => SkyFrames.Products(_files.Run("regrid", "reduced", [frame]), "regridded")).ToArray();
        var pars = new Dictionary<string, string> { ["Coadd.process_params.COMBINE"] = "median" };
        var (ours, theirs) = (Coadded.Of(_files.Run("coadd", "regridded", regridded, pars)), Coadded.Of(_files.Run("coadd-swarp", "regridded", regridded, pars)));

        ours.Differences(theirs).Max().ShouldBeLessThan(0.01);
    }

    /// <summary>
    /// From the reduced frames on, with SWarp's own resampling (Lanczos 3) in place of ours: two ways to interpolate the same noise. Each lets about nine tenths of it through, so that their
    /// difference must be a small part of it, and the stars the same within what it makes of their fluxes.
    /// </summary>
    [SwarpFact]
    public void With_a_resampling_of_its_own_it_agrees_within_the_noise()
    {
        var frames = Reduced();
        var ours = Coadded.Of(_files.Run("coadd", "regridded", frames, new() { ["Regrid.process_params.SUBTRACT_BACKGROUND"] = "0" }));
        using var swarp = new Swarp(frames, ours.Image);
        var theirs = swarp.Run();

        var differences = ours.Differences(theirs).ToList();
        differences.Sort();
        differences[differences.Count / 2].ShouldBeLessThan(0.3);
        differences[(int)(0.99 * differences.Count)].ShouldBeLessThan(1);
        foreach (var star in s_stars)
        {
            var at = ours.Wcs.SkyToPixel(star.Ra, star.Dec)!.Value;
            var (flux, error) = ours.FluxAt(at.X, at.Y);
            theirs.FluxAt(at.X, at.Y).Flux.ShouldBe(flux, error);
            flux.ShouldBe(star.Flux, 3 * error);
        }
    }

    /// <summary>Four dithered and turned frames of one field, one of them noisier, without sky: background is not what is compared.</summary>
    private TaskInput[] Reduced() =>
    [
        .. Enumerable.Range(0, 4).Select(n => _files.Reduced(
            $"frame{n}", SkyFrames.Wcs(0.2 * n, (7.3 * n) - 10, 9 - (4.6 * n), 256, 256), 256, 256, sky: 0, noise: n == 3 ? 2 * Noise : Noise, s_stars, seed: 20 + n)),
    ];

    private sealed record Coadded(FitsImage Image, FitsImage Weights)
    {
        public TanWcs Wcs => TanWcs.FromHeader(Image.Header);

        public int Covered => Weights.Pixels.Count(weight => weight > 0);

        public static Coadded Of(TaskRun run)
        {
            var path = run.PathOfKind("coadd");
            return new Coadded(FitsReader.ReadImage(path), FitsReader.ReadImage(path, WeightExtension.Find(path)));
        }

        /// <summary>Of each pixel that both have, in units of the noise that ours states.</summary>
        public IEnumerable<double> Differences(Coadded other) => Both(other).Select(i => Math.Abs(Image.Pixels[i] - other.Image.Pixels[i]) * Math.Sqrt(Weights.Pixels[i]));

        public IEnumerable<double> WeightRatios(Coadded other) => Both(other).Select(i => (double)(other.Weights.Pixels[i] / Weights.Pixels[i]));

        /// <summary>In a circle of twice the stars' width, and its error from the weights.</summary>
        public (double Flux, double Error) FluxAt(double x, double y)
        {
            const double Radius = 7;
            var (sum, variance) = (0.0, 0.0);
            for (var j = (int)(y - Radius - 1); j < y + Radius; j++)
            {
                for (var i = (int)(x - Radius - 1); i < x + Radius; i++)
                {
                    if (Math.Sqrt(Math.Pow(i + 1 - x, 2) + Math.Pow(j + 1 - y, 2)) > Radius) { continue; }
                    sum += Image.Row(j)[i];
                    variance += 1 / Weights.Row(j)[i];
                }
            }

            return (sum, Math.Sqrt(variance));
        }

        private IEnumerable<int> Both(Coadded other) => Enumerable.Range(0, Image.Pixels.Length).Where(i => Weights.Pixels[i] > 0 && other.Weights.Pixels[i] > 0);
    }

    /// <summary>SWarp from reduced frames to a coadd on the pixels of another image, as its users run it.</summary>
    private sealed class Swarp : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("dpu-swarp-").FullName;

        public Swarp(TaskInput[] frames, FitsImage like)
        {
            for (var n = 0; n < frames.Length; n++)
            {
                var image = FitsReader.ReadImage(frames[n].Path);
                var noise = n == 3 ? 2 * Noise : Noise;
                var weights = new FitsImage(image.Width, image.Height);
                weights.Pixels.AsSpan().Fill((float)(1 / (noise * noise)));
                FitsWriter.WriteImage(Path.Combine(_folder, $"f{n}.fits"), image);
                FitsWriter.WriteImage(Path.Combine(_folder, $"f{n}.weight.fits"), weights);
            }

            var wcs = TanWcs.FromHeader(like.Header);
            string[] cards =
            [
                Card("NAXIS", 2), Card("NAXIS1", like.Width), Card("NAXIS2", like.Height), "CTYPE1  = 'RA---TAN'", "CTYPE2  = 'DEC--TAN'", Card("CRVAL1", wcs.Crval1), Card("CRVAL2", wcs.Crval2),
                Card("CRPIX1", wcs.Crpix1), Card("CRPIX2", wcs.Crpix2), Card("CD1_1", wcs.Cd11), Card("CD1_2", wcs.Cd12), Card("CD2_1", wcs.Cd21), Card("CD2_2", wcs.Cd22), "END     ",
            ];
            File.WriteAllText(Path.Combine(_folder, "out.head"), string.Join('\n', cards) + "\n");
        }

        public Coadded Run()
        {
            string[] settings =
            [
                "-IMAGEOUT_NAME", "out.fits", "-WEIGHTOUT_NAME", "out.weight.fits", "-WEIGHT_TYPE", "MAP_WEIGHT", "-WEIGHT_SUFFIX", ".weight.fits", "-RESCALE_WEIGHTS", "N", "-SUBTRACT_BACK", "N",
                "-COMBINE_TYPE", "CLIPPED", "-CLIP_SIGMA", "4", "-CLIP_AMPFRAC", "0.3", "-RESAMPLING_TYPE", "LANCZOS3", "-FSCALASTRO_TYPE", "FIXED", "-VERBOSE_TYPE", "QUIET", "-WRITE_XML", "N", "-NTHREADS", "1",
            ];
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("SWarp", ["f0.fits", "f1.fits", "f2.fits", "f3.fits", "-c", "/dev/null", .. settings]) { WorkingDirectory = _folder })!;
            process.WaitForExit();
            process.ExitCode.ShouldBe(0);
            return new Coadded(FitsReader.ReadImage(Path.Combine(_folder, "out.fits")), FitsReader.ReadImage(Path.Combine(_folder, "out.weight.fits")));
        }

        public void Dispose() => Directory.Delete(_folder, recursive: true);

        private static string Card(string key, double value) => string.Create(CultureInfo.InvariantCulture, $"{key,-8}= {value,20:R}");
    }
}
