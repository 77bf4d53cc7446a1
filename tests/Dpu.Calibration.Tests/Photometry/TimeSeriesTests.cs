using Dpu.Calibration.Contract;
using Dpu.Calibration.Photometry;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Science;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Photometry;

public sealed class TimeSeriesTests(Observatory desk) : IClassFixture<Observatory>, IDisposable
{
    private const int Epochs = 12;
    private readonly SkyFrames _files = new(desk);

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Variable_stars_are_found_and_constant_ones_are_not(int seed)
    {
        var field = new StarField(_files, seed, faintest: 17.5);
        Dictionary<int, (double Amplitude, double Period)> variables = new() { [3] = (0.05, 0.31), [20] = (0.1, 0.13), [45] = (0.3, 0.47) };
        double Signal(int star, int epoch) => variables.TryGetValue(star, out var v) ? v.Amplitude * Math.Sin(2 * Math.PI * Time(epoch) / v.Period) : 0;
        var catalogs = Enumerable.Range(0, Epochs).Select(e => PhotcatOf(field.Frame(new($"e{e}")
        {
            Mjd = 51662 + Time(e),
            ZeroPoint = 25 - (0.05 * (e % 4)),
            Change = star => Signal(star, e),
        }))).ToArray();
        // In these frames there is nothing but photons and read-out.
        var run = _files.Run("variability", "photcat", catalogs, new() { ["Variability.process_params.FLOOR"] = "0" });
        var table = FitsReader.ReadTable(run.PathOf("variability"));
        var called = Enumerable.Range(0, table.RowCount).Where(i => table["VARIABLE"].GetInt64(i) == 1).ToArray();
        called.Length.ShouldBe(variables.Count, "a false alarm has a chance of 0.1 over all stars");
        run.Figure("variability", "variables").ShouldBe(3);
        foreach (var (star, _) in variables)
        {
            var row = called.MinBy(i => Math.Abs(table["RA"].GetDouble(i) - field.Stars[star].Ra) + Math.Abs(table["DEC"].GetDouble(i) - field.Stars[star].Dec));
            var signal = Enumerable.Range(0, Epochs).Select(e => Signal(star, e)).ToArray();
            var truth = Math.Sqrt(signal.Sum(s => Math.Pow(s - signal.Average(), 2)) / (Epochs - 1));
            table["EXCESS"].GetDouble(row).ShouldBe(truth, 4 * table["EXCESSERR"].GetDouble(row));
            table["EXCESSERR"].GetDouble(row).ShouldBeLessThan(0.1 * truth);
        }

        // The mean chi² of constant stars is their freedom: over 60 of them, to sqrt(2 / (11 × 60)), three of it.
        var constant = Enumerable.Range(0, table.RowCount).Except(called).ToArray();
        (constant.Average(i => table["CHI2"].GetDouble(i)) / (Epochs - 1)).ShouldBe(1, 3 * Math.Sqrt(2.0 / ((Epochs - 1) * constant.Length)));
        var curves = FitsReader.ReadAll(run.PathOf("variability")).OfType<FitsTableHdu>().Last().Table;
        curves.RowCount.ShouldBe(Enumerable.Range(0, table.RowCount).Sum(i => (int)table["EPOCHS"].GetInt64(i)));
    }

    [Fact]
    public void Two_exposures_are_too_few_for_variability()
    {
        var field = new StarField(_files, 3, 160, 160);
        var run = _files.Try("variability", "photcat", [PhotcatOf(field.Frame(new("a"))), PhotcatOf(field.Frame(new("b")))]);
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("2 exposures; 4 are needed");
    }

    [Fact]
    public void Empty_catalogs_make_an_empty_list()
    {
        var sky = Enumerable.Range(0, 4).Select(i =>
        {
            var image = Imaging.TestSky.Blank(120, 120, 10, 1, i + 1);
            image.Header.Set("BUNIT", "count/s");
            image.Header.Set("EXPID", $"e{i}");
            return PhotcatOf(_files.Write($"empty{i}", image, "reduced"));
        }).ToArray();
        FitsReader.ReadTable(_files.Run("variability", "photcat", sky).PathOf("variability")).RowCount.ShouldBe(0);
    }

    [Fact]
    public void Transparency_of_a_cloudy_night_is_recovered_and_called_so()
    {
        var field = new StarField(_files, 4);
        double[] clouds = [0.0, 0.02, 0.3, 0.15, 0.01];
        var catalogs = clouds.Select((c, e) => PhotcatOf(field.Frame(new($"e{e}") { Mjd = 51662 + Time(e), ZeroPoint = 25 - c, Airmass = 1 + (0.1 * e), Extinction = 0.12 }))).ToArray();
        var run = _files.Run("monitoring", new() { ["photcat"] = catalogs, ["standards"] = [field.Standards()] }, new() { ["Monitoring.process_params.EXTINCTION"] = "0.12" });
        var table = FitsReader.ReadTable(run.PathOf("monitoring"));
        for (var i = 0; i < clouds.Length; i++)
        {
            var error = table["TRANSPARENCYERR"].GetDouble(i);
            error.ShouldBeLessThan(0.005);
            table["TRANSPARENCY"].GetDouble(i).ShouldBe(clouds.Average() - clouds[i], 4 * error);
            table["ZEROPOINT"].GetDouble(i).ShouldBe(25 - clouds[i], 0.02);
            table["SEEING"].GetDouble(i).ShouldBe(3.5, 0.05);
        }

        run.Output("monitoring").GetProperty("metadata").GetProperty("photometric").GetBoolean().ShouldBeFalse();
        FitsReader.ReadPrimaryHeader(run.PathOf("monitoring")).GetBool("PHOTOM").ShouldBeFalse();
    }

    [Fact]
    public void A_steady_night_is_photometric_without_any_standard()
    {
        var field = new StarField(_files, 5);
        var catalogs = Enumerable.Range(0, 4).Select(e => PhotcatOf(field.Frame(new($"e{e}") { Mjd = 51662 + Time(e) }))).ToArray();
        var run = _files.Run("monitoring", "photcat", catalogs);
        run.Output("monitoring").GetProperty("metadata").GetProperty("photometric").GetBoolean().ShouldBeTrue();
        double.IsNaN(FitsReader.ReadTable(run.PathOf("monitoring"))["ZEROPOINT"].GetDouble(0)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(3.841458821, 1, 0.05)]
    [InlineData(5.991464547, 2, 0.05)]
    [InlineData(23.20925116, 10, 0.01)]
    [InlineData(0.0157907734, 1, 0.9)]
    [InlineData(124.3421134, 100, 0.05)]
    [InlineData(0, 5, 1)]
    public void Chances_are_those_of_the_tables(double value, int freedom, double chance) => ChiSquared.Above(value, freedom).ShouldBe(chance, 1e-8);

    private static double Time(int epoch) => 0.061 * epoch * (1 + (0.05 * epoch));

    private TaskInput PhotcatOf(TaskInput frame) => _files.Run("photcat", "frame", [frame]).AsInput("photcat");
}
