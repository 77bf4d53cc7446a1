using Dpu.Calibration.Contract;
using Dpu.Calibration.Photometry;
using Dpu.Calibration.Simulation;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Science;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Photometry;

/// <summary>From the raw frames of a simulated night through calibration and reduction to what its stars tell: extinction, zero point and stray light that were put in.</summary>
public sealed class NightTests : IDisposable
{
    private const double Extinction = 0.17;
    private readonly Observatory _desk = new();
    private readonly SimulationOptions _options;

    public NightTests()
    {
        _options = new SimulationOptions
        {
            Output = Path.Combine(_desk.Root, "night"),
            Seed = 5,
            Chips = 1,
            Width = 632,
            Height = 600,
            Stars = 5000,
            Exposures = 6,
            Extinction = Extinction,
            AirmassStep = 0.2,
            StrayLight = 0.8,
            Standards = 1500,
            Domes = 4,
            Twilights = 4,
        };
        Simulator.Write(_options);
    }

    public void Dispose() => _desk.Dispose();

    [Fact]
    public void What_was_put_into_a_night_comes_out_of_its_stars()
    {
        var catalogs = _desk.Run("photcat", new() { ["frame"] = SkyFrames.Products(Reduced(), "reduced"), ["standards"] = [Standards()] });
        var photcats = SkyFrames.Products(catalogs, "photcat");

        // Stray light first: a star's magnitude depends on its place before.
        var illumination = _desk.Run("illumination", new() { ["photcat"] = photcats, ["standards"] = [Standards()] });
        CheckIllumination(illumination with { Log = catalogs.Log + illumination.Log });
        var even = SkyFrames.Products(
            _desk.Run("photcat", new()
            {
                ["frame"] = SkyFrames.Products(Reduced(), "reduced"),
                ["standards"] = [Standards()],
                ["illumination"] = [illumination.AsInput("illumination")],
            }), "photcat");
        var extinction = _desk.Run("extinction", new() { ["photcat"] = even });
        extinction.Figure("extinction", "extinction").ShouldBe(Extinction, 4 * extinction.Figure("extinction", "extinctionerror"));
        extinction.Figure("extinction", "extinctionerror").ShouldBeLessThan(0.005);

        var zero = _desk.Run("photom", new() { ["photcat"] = even, ["standards"] = [Standards()], ["extinction"] = [extinction.AsInput("extinction")] });
        var error = zero.Figure("zeropoint", "zeropointerror");
        error.ShouldBeLessThan(0.01);
        zero.Figure("zeropoint", "zeropoint").ShouldBe(Zero(), (4 * error) + 1e-3, "the gain in the header is rounded, and the flat's mean is clipped");
    }

    /// <summary>The zero point of the chip: 25 where the response is 1, and the flat is divided by its mean over the chip, stray light included.</summary>
    private double Zero()
    {
        var (chip, effects, camera) = Truth();
        double lit = 0, loss = 0;
        for (var i = 0; i < chip.Response.Length; i++)
        {
            var stray = 1 + effects.StrayLight(0, i % camera.DataWidth, i / camera.DataWidth);
            lit += chip.Response[i] * stray / chip.Response.Length;
            loss += 2.5 * Math.Log10(stray) / chip.Response.Length;
        }

        // A star's flux after the flat: F mean(R (1 + g)) / (1 + g): of its magnitude the map takes off what differs from the mean over the chip.
        return 25 + (2.5 * Math.Log10(lit)) - loss;
    }

    private void CheckIllumination(TaskRun run)
    {
        var (_, effects, camera) = Truth();
        var surface = IlluminationSurface.Read(run.AsInput("illumination"));
        var (found, truth) = (new List<double>(), new List<double>());
        for (var y = 4; y < camera.DataHeight; y += 8)
        {
            for (var x = 4; x < camera.DataWidth; x += 8)
            {
                found.Add(surface.At(x + 1, y + 1));
                truth.Add(2.5 * Math.Log10(1 + effects.StrayLight(0, x, y)));
            }
        }

        var mean = truth.Average() - found.Average();
        var rms = Math.Sqrt(found.Zip(truth, (f, t) => Math.Pow(f + mean - t, 2)).Average());
        var error = run.Figure("illumination", "illuminationerror");
        error.ShouldBeLessThan(0.01, run.Log);
        rms.ShouldBeLessThan(2 * error, "five coefficients: twice the error has a chance of 0.1%");
        (truth.Max() - truth.Min()).ShouldBeGreaterThan(0.1, "else nothing is tested");
    }

    private (Detector Chip, SkyEffects Effects, Camera Camera) Truth()
    {
        var camera = new Camera(_options);
        return (new Detector(0, camera, _options.Seed), new SkyEffects(_options, camera, new SkyModel(camera, _options)), camera);
    }

    private TaskRun Reduced()
    {
        var bias = _desk.Run("bias", new() { ["bias"] = Raw("bias") });
        TaskRun Flat(string command, string type) => _desk.Run(command, new() { ["flat"] = Raw(type), ["bias"] = [bias.AsInput("bias")] });
        var master = _desk.Run("master-flat", new()
        {
            ["dome"] = [Flat("dome-flat", "domeflat").AsInput("dome-flat")],
            ["twilight"] = [Flat("twilight-flat", "twilightflat").AsInput("twilight-flat")],
        });
        return _desk.Run("reduce", new() { ["science"] = Raw("science"), ["bias"] = [bias.AsInput("bias")], ["flat"] = [master.AsInput("master-flat")] });
    }

    private TaskInput Standards() => Observatory.Input(Path.Combine(_options.Output, StandardsTable.FileName), "standards");

    private TaskInput[] Raw(string type) =>
        [.. Directory.GetFiles(_options.Output, $"*_{type}_*.fits").Order(StringComparer.Ordinal).Select(p => Observatory.Input(p, "raw-" + type))];
}
