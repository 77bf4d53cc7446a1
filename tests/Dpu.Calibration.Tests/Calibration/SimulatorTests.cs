using System.Text.Json;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Simulation;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Calibration;

public sealed class SimulatorTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("dpu-sim-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private SimulationOptions Options(string folder, ulong seed = 5) => new()
    {
        Output = Path.Combine(_root, folder),
        Seed = seed,
        Chips = 2,
        Width = 96,
        Height = 64,
        Biases = 2,
        Domes = 1,
        Twilights = 1,
        Exposures = 2,
        Stars = 40,
    };

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        Simulator.Write(Options("a")).ShouldBe(12);
        Simulator.Write(Options("b"));
        Simulator.Write(Options("c", seed: 6));
        foreach (var file in Directory.GetFiles(Path.Combine(_root, "a")).Select(Path.GetFileName))
        {
            var bytes = File.ReadAllBytes(Path.Combine(_root, "a", file!));
            bytes.ShouldBe(File.ReadAllBytes(Path.Combine(_root, "b", file!)));
            bytes.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(_root, "c", file!))).ShouldBeFalse();
        }
    }

    [Fact]
    public void No_two_frames_share_their_noise()
    {
        var options = Options("n");
        Simulator.Write(options);
        var rows = Directory.GetFiles(options.Output, "*_bias_*.fits").Select(p => string.Join(',', FitsReader.ReadImage(p).Row(10).ToArray())).ToArray();
        rows.Distinct().Count().ShouldBe(4);
    }

    /// <summary>The flux that the truth table gives is what lies in the pixels over the sky, within five sigma of the photon noise.</summary>
    [Fact]
    public void A_star_has_the_flux_of_the_truth_table_where_its_coordinates_say()
    {
        var options = new SimulationOptions { Output = Path.Combine(_root, "s"), Seed = 2, Width = 512, Height = 512, Stars = 60 };
        var camera = new Camera(options);
        var sky = new SkyModel(camera, options);
        var maker = new FrameMaker(options, camera, sky);
        var plan = FramePlan.Night(options).First(p => p.Type == "science");
        var checkedStars = 0;
        for (var chip = 0; chip < 8; chip++)
        {
            var detector = new Detector(chip, camera, options.Seed);
            var image = maker.Make(detector, plan);
            var wcs = TanWcs.FromHeader(image.Header);
            var stars = sky.Stars.Select(s => (Star: s, At: wcs.SkyToPixel(s.Ra, s.Dec)!.Value)).Where(s => camera.IsOnChip(s.At.X, s.At.Y)).ToArray();
            foreach (var (star, at) in stars.Where(s => s.Star.Flux is > 100 and < 5000))
            {
                if (stars.Any(o => o.Star != star && Distance(o.At, at) < 40) || at.X < 40 || at.X > 470 || at.Y < 20 || at.Y > 490)
                {
                    continue;
                }
                var response = detector.Response[(((int)at.Y - 1) * camera.DataWidth) + (int)at.X - 1 - Camera.OverscanColumns];
                var (flux, area) = Aperture(image, at, 9);
                var electrons = (flux * detector.Gain) / response;
                var expected = star.Flux * plan.ExposureSeconds;
                var sigma = Math.Sqrt(expected + (area * ((SkyModel.Background * plan.ExposureSeconds) + 40)));
                // The pixel-to-pixel response, 1% for each of the ten pixels or so that matter, is not corrected here.
                Math.Abs(electrons - expected).ShouldBeLessThan((5 * sigma) + (0.03 * expected), $"star {star.Id} on chip {chip}");
                checkedStars++;
            }
        }
        checkedStars.ShouldBeGreaterThan(3);
    }

    [Fact]
    public void Dithers_are_wider_than_the_gaps_and_keep_the_target()
    {
        var options = Options("d");
        Simulator.Write(options);
        var headers = Directory.GetFiles(options.Output, "*_science_*_ccd50.fits").Order(StringComparer.Ordinal).Select(FitsReader.ReadPrimaryHeader).ToArray();
        headers.Select(h => h.GetString("OBJECT")).ShouldBe(["CDF4_B_1", "CDF4_B_2"]);
        headers.Select(h => h.GetDouble("RA_TARG")).Distinct().Count().ShouldBe(1);
        var moved = TanWcs.FromHeader(headers[1]).SkyToPixel(headers[0].GetDouble("RA"), headers[0].GetDouble("DEC"))!.Value;
        var first = TanWcs.FromHeader(headers[0]);
        Distance(moved, (first.Crpix1, first.Crpix2)).ShouldBe(40, 0.5);
    }

    [Fact]
    public void The_truth_table_lists_what_is_in_the_frames()
    {
        var options = Options("t");
        Simulator.Write(options);
        var truth = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(options.Output, TruthTable.FileName))).RootElement;
        truth.GetProperty("chips").GetArrayLength().ShouldBe(2);
        truth.GetProperty("stars").GetArrayLength().ShouldBe(40);
        var chip = truth.GetProperty("chips")[0];
        var bias = FitsReader.ReadImage(Path.Combine(options.Output, "WFI_2000-04-28_bias_01_ccd50.fits"));
        foreach (var hot in chip.GetProperty("hotPixels").EnumerateArray())
        {
            var value = bias[hot.GetProperty("x").GetInt32() - 1, hot.GetProperty("y").GetInt32() - 1];
            value.ShouldBeGreaterThan((float)(chip.GetProperty("biasLevelAdu").GetDouble() + (0.7 * hot.GetProperty("adu").GetDouble())));
        }
    }

    [Theory]
    [InlineData("--wdth", "100", "did you mean --width?")]
    [InlineData("--chips", "9", "from 1 to 8")]
    [InlineData("--seed", "x", "an integer")]
    public void Wrong_options_are_refused(string name, string value, string message)
    {
        using var errors = new StringWriter();
        Simulator.Run(["--output", _root, name, value], TextWriter.Null, errors).ShouldBe(RecipeException.WrongInput);
        errors.ToString().ShouldContain(message);
    }

    [Fact]
    public void The_normal_deviates_are_normal()
    {
        var noise = new SeededNoise(1, 2, 3);
        const int Count = 2_000_000;
        var (sum, squares, fourth, tail) = (0.0, 0.0, 0.0, 0);
        for (var i = 0; i < Count; i++)
        {
            var z = noise.Normal();
            sum += z;
            squares += z * z;
            fourth += z * z * z * z;
            tail += Math.Abs(z) > 3.5 ? 1 : 0;
        }
        // Five standard errors each: of the mean, the variance (√2), the fourth moment (√96), and of 2 × Q(3.5) = 4.6526e-4.
        Math.Abs(sum / Count).ShouldBeLessThan(5 / Math.Sqrt(Count));
        Math.Abs((squares / Count) - 1).ShouldBeLessThan(5 * Math.Sqrt(2.0 / Count));
        Math.Abs((fourth / Count) - 3).ShouldBeLessThan(5 * Math.Sqrt(96.0 / Count));
        Math.Abs((tail / (double)Count) - 4.6526e-4).ShouldBeLessThan(5 * Math.Sqrt(4.6526e-4 / Count));
    }

    private static double Distance((double X, double Y) a, (double X, double Y) b) => Math.Sqrt(((a.X - b.X) * (a.X - b.X)) + ((a.Y - b.Y) * (a.Y - b.Y)));

    /// <summary>Sum over a square of pixels less the median of the frame around it.</summary>
    private static (double Flux, int Area) Aperture(FitsImage image, (double X, double Y) at, int radius)
    {
        var (x0, y0) = ((int)Math.Round(at.X) - 1, (int)Math.Round(at.Y) - 1);
        var around = new List<float>();
        var (sum, area) = (0.0, 0);
        for (var y = y0 - 18; y <= y0 + 18; y++)
        {
            for (var x = x0 - 18; x <= x0 + 18; x++)
            {
                if (Math.Max(Math.Abs(x - x0), Math.Abs(y - y0)) <= radius)
                {
                    sum += image[x, y];
                    area++;
                }
                else
                {
                    around.Add(image[x, y]);
                }
            }
        }
        around.Sort();
        return (sum - (area * around[around.Count / 2]), area);
    }
}
