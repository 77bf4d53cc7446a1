using System.Text.Json;
using Dpu.Calibration.Science;
using Dpu.Calibration.Tests.Imaging;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Science;

public sealed class TruthComparisonTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dpu-truth-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_put_into_a_list_comes_out_of_the_comparison()
    {
        // 400 bright isolated stars, 20 too faint to be expected, 10 outside the exposed sky; 8 missing, 5 sources too many.
        var random = new Random(3);
        var stars = Grid(400, 1000, 3).Concat(Grid(20, 0.5, 3, from: 400)).Concat(Grid(10, 1000, 0, from: 420)).ToArray();
        var truth = new Truth(60, 8, 3.5, 0.238, [new("ccd50", 2.8, 2)], stars);
        var sources = stars.Take(400).Skip(8)
            .Select(s => Source(s, 0.020 * Gaussian.Next(random) + 0.05, 0.020 * Gaussian.Next(random) - 0.03, 0.92 * (1 + (0.01 * Gaussian.Next(random)))))
            .Concat(Enumerable.Range(0, 5).Select(i => new ListedSource(10 + (0.001 * i), 5, 100, 50, 0)))
            .ToArray();

        var comparison = TruthComparison.Of(truth, sources, new Dictionary<string, double> { ["ccd50"] = 2.87 }, limitSigma: 10, radiusArcseconds: 1);

        comparison.Expected.ShouldBe(400);
        comparison.Found.ShouldBe(392);
        comparison.Completeness.ShouldBe(0.98, 1e-12);
        comparison.Spurious.ShouldBe(5);
        comparison.ReadNoise.Single().RelativeError.ShouldBe(0.025, 1e-9);

        // Five standard errors of 392 deviates: of a median, of a deviation over both axes, of a deviation.
        comparison.All.Count.ShouldBe(392);
        comparison.All.OffsetRa.ShouldBe(0.05, 5 * 1.25 * 0.02 / Math.Sqrt(392));
        comparison.All.OffsetDec.ShouldBe(-0.03, 5 * 1.25 * 0.02 / Math.Sqrt(392));
        comparison.All.PositionRms.ShouldBe(0.02, 5 * 0.02 / Math.Sqrt(4 * 392));
        comparison.All.FluxRms.ShouldBe(0.01, 5 * 0.01 / Math.Sqrt(2 * 392));
        comparison.ZeroPointOffset.ShouldBe(-2.5 * Math.Log10(0.92), 5 * 1.25 * 0.01 / Math.Sqrt(392) * 1.086);
    }

    [Fact]
    public void Stars_close_together_count_as_found_but_not_for_scatter()
    {
        TrueStar[] stars = [new(10, 0, 18, 600, 3), new(10 + (3.0 / 3600), 0, 18, 600, 3), new(10.1, 0, 18, 600, 3)];
        var truth = new Truth(60, 8, 3.5, 0.238, [], stars);
        truth.Isolated().ShouldBe([stars[2]]);
        var comparison = TruthComparison.Of(truth, [.. stars.Select(s => Source(s, 0, 0, 1))], new Dictionary<string, double>(), 10, 1);
        (comparison.Found, comparison.All.Count).ShouldBe((3, 1));
    }

    [Fact]
    public void One_source_is_taken_for_one_star_only()
    {
        TrueStar[] stars = [new(359.99999, 60, 18, 500, 3), new(0.00001, 60, 17, 900, 3)];
        var matcher = new StarMatcher([new ListedSource(0, 60, 1400, 100, 0)], 1);
        var match = matcher.Match(stars).Single();
        match.Star.ShouldBe(stars[1], "the brighter one chooses first");

        // Across 0h and with the cosine of the declination: -0.00001 deg x 3600 x 0.5.
        match.OffsetRa.ShouldBe(-0.018, 1e-9);
        matcher.Left().ShouldBeEmpty();
    }

    [Fact]
    public void The_expected_signal_to_noise_is_that_of_a_profile_fit()
    {
        // 100 electrons/s for 2 x 50 s: 10,000; sky 4 x 50 + (3 x 2)² = 236 a pixel and exposure on 4 pi sigma² pixels.
        var truth = new Truth(50, 4, 2.3548, 0.2, [new("a", 3, 2)], []);
        var expected = 10_000 / Math.Sqrt(10_000 + (4 * Math.PI * 472));
        truth.SignalToNoise(new TrueStar(0, 0, 20, 100, 2)).ShouldBe(expected, 1e-6);
        truth.SignalToNoise(new TrueStar(0, 0, 20, 100, 0)).ShouldBe(0);
    }

    [Fact]
    public void The_command_prints_a_table_or_json()
    {
        var args = Files();
        var (code, text, _) = Run([.. args, "--readnoise", "ccd50=2.9"]);
        code.ShouldBe(0);
        text.ShouldContain("Stars above 10 sigma found");
        text.ShouldContain("2 of 2");
        text.ShouldContain("Read noise of ccd50");
        var (jsonCode, json, _) = Run([.. args, "--readnoise", "ccd50=2.9", "--json"]);
        jsonCode.ShouldBe(0);
        using var document = JsonDocument.Parse(json);
        document.RootElement.GetProperty("starsFound").GetInt32().ShouldBe(2);
        document.RootElement.GetProperty("readNoise")[0].GetProperty("relativeError").GetDouble().ShouldBe(0.1 / 2.8, 1e-9);
    }

    [Theory]
    [InlineData("--truht", "x", "did you mean --truth?")]
    [InlineData("--readnoise", "ccd50", "chip=ADU")]
    [InlineData("--readnoise", "ccd99=2", "ccd50")]
    [InlineData("--sigma", "0", "above 0")]
    public void Wrong_options_are_refused(string option, string value, string said)
    {
        var (code, output, errors) = Run([.. Files(), option, value]);
        code.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.ShouldContain(said);
    }

    [Fact]
    public void A_file_that_is_no_truth_table_is_refused()
    {
        var file = Path.Combine(_folder, "no.json");
        File.WriteAllText(file, "{}");
        var (code, _, errors) = Run(["--truth", file, "--sourcelist", Files()[3]]);
        code.ShouldBe(2);
        errors.ShouldContain("no.json");
        Run(["--sourcelist", file]).Code.ShouldBe(2);
        Run(["--truth", Path.Combine(_folder, "absent"), "--sourcelist", file]).Code.ShouldBe(2);
    }

    private static (int Code, string Output, string Errors) Run(string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = CompareTruthCommand.Run(args, output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    private string[] Files()
    {
        var truth = Path.Combine(_folder, "truth.json");
        File.WriteAllText(truth, """
            {"exptime":60,"skyElectronsPerSecond":8,"seeingPixels":3.5,"pixelScale":0.238,
             "chips":[{"chip":"ccd50","readNoiseAdu":2.8,"gainElectronsPerAdu":2}],
             "stars":[{"ra":10,"dec":1,"mag":17,"fluxElectronsPerSecond":1000,"exposures":3},
                      {"ra":10.1,"dec":1,"mag":17,"fluxElectronsPerSecond":1000,"exposures":3}]}
            """);
        var list = Path.Combine(_folder, "list.fits");
        FitsWriter.WriteTable(list, new FitsHeader(), new FitsTable(
        [
            FitsColumn.Of("RA", (double[])[10, 10.1]), FitsColumn.Of("DEC", (double[])[1, 1]), FitsColumn.Of("FLUX_AUTO", (double[])[990, 1010]),
            FitsColumn.Of("SNR", (double[])[300, 300]), FitsColumn.Of("FLAGS", (int[])[0, 0]),
        ]));
        return ["--truth", truth, "--sourcelist", list];
    }

    private static IEnumerable<TrueStar> Grid(int count, double flux, int exposures, int from = 0) => Enumerable.Range(from, count)
        .Select(i => new TrueStar(20 + (0.01 * (i % 30)), -30 + (0.01 * (i / 30)), 20, flux, exposures));

    private static ListedSource Source(TrueStar star, double ra, double dec, double scale) => new(
        star.Ra + (ra / 3600 / Math.Cos(star.Dec * Math.PI / 180)), star.Dec + (dec / 3600), star.Flux * scale, 100, 0);
}
