using Dpu.Calibration.Contract;
using Dpu.Calibration.Simulation;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Science;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Astrometry;

/// <summary>The simulator's camera with optics that distort and a telescope that does not know where it looks.</summary>
public sealed class SimulatedNightTests(Observatory desk) : IClassFixture<Observatory>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dpu-night-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Chips_and_dithers_are_put_in_their_place_by_the_stars()
    {
        var options = Night() with { Chips = 2, Exposures = 2, Distortion = 6, PointingError = 20, RefCat = "SIM-1" };
        Simulator.Write(options);
        var catalog = Path.Combine(_folder, SimulatedCatalog.FileName);
        FitsReader.ReadPrimaryHeader(catalog).GetString("REFCAT").ShouldBe("SIM-1");
        var frames = Science();

        var run = desk.Run("g-astrometry", new() { ["reduced"] = frames }, StarField.RefCat(catalog, ("DEGREE", "3")));

        var camera = new Camera(options);
        var products = SkyFrames.Products(run, "reduced");
        products.Length.ShouldBe(4);
        for (var i = 0; i < products.Length; i++)
        {
            var (exposure, chip) = (i / 2, i % 2);
            var truth = camera.Wcs(chip, Camera.Pointing(exposure));
            Worst(truth, TanWcs.FromHeader(FitsReader.ReadPrimaryHeader(frames[i].Path))).ShouldBeGreaterThan(3, "what the header says is off");
            Worst(truth, TanWcs.FromHeader(FitsReader.ReadPrimaryHeader(products[i].Path))).ShouldBeLessThan(0.05);
        }
    }

    [Fact]
    public void Without_these_options_the_night_is_the_same_as_before()
    {
        var plain = Night() with { Chips = 1, Exposures = 1 };
        var camera = new Camera(plain);
        camera.Wcs(0, Camera.Pointing(0)).Sip.ShouldBeNull();
        camera.Told(1).ShouldBe(Camera.Pointing(1));
    }

    /// <summary>Trimmed raw frames do for reduced ones: sources are looked for on the sky's level, whatever it is.</summary>
    private TaskInput[] Science() =>
    [
        .. Directory.GetFiles(_folder, "*_science_*.fits").Order(StringComparer.Ordinal).Select(path =>
        {
            var raw = FitsReader.ReadImage(path);
            var trimmed = new FitsImage(raw.Width - (2 * Camera.OverscanColumns), raw.Height, raw.Header.Clone());
            for (var y = 0; y < raw.Height; y++) { raw.Row(y).Slice(Camera.OverscanColumns, trimmed.Width).CopyTo(trimmed.Row(y)); }
            trimmed.Header.Set("CRPIX1", raw.Header.GetDouble("CRPIX1") - Camera.OverscanColumns);
            FitsWriter.WriteImage(path, trimmed);
            var input = Observatory.Input(path, "reduced");
            input.Metadata["chip"] = raw.Header.GetString("CHIP");
            return input;
        }),
    ];

    private SimulationOptions Night() => new() { Output = _folder, Seed = 5, Width = 512, Height = 640, Biases = 0, Domes = 0, Twilights = 0, Stars = 6000 };

    /// <summary>The truth counts pixels of the raw frame.</summary>
    private static double Worst(TanWcs truth, TanWcs fitted) => new[] { (20.0, 20.0), (460, 20), (20, 620), (460, 620), (240, 320) }
        .Max(pixel => StarField.Apart(truth.PixelToSky(pixel.Item1 + Camera.OverscanColumns, pixel.Item2), fitted.PixelToSky(pixel.Item1, pixel.Item2)));
}
