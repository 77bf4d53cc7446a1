using Dpu.Calibration.Contract;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Science;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Photometry;

/// <summary>Zero points and extinction that are known, against what the recipes find and how well they say they know it.</summary>
public sealed class ZeropointTests(Observatory desk) : IClassFixture<Observatory>, IDisposable
{
    private const string Photom = "PhotometricParameters.process_params.";
    private const double Zero = 24.873;
    private const double Extinction = 0.143;
    private readonly SkyFrames _files = new(desk);

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Zero_point_and_extinction_are_recovered_within_their_errors(int seed)
    {
        var field = new StarField(_files, seed);
        var run = Run("photom", Catalogs(field, [1.0, 1.2, 1.5, 1.9]), field.Standards());
        var header = FitsReader.ReadPrimaryHeader(run.PathOf("zeropoint"));
        Within(run, "zeropoint", "zeropoint", "zeropointerror", Zero);
        header.GetDouble("ZEROPNT").ShouldBe(run.Figure("zeropoint", "zeropoint"), 1e-9);
        header.GetString("EXTSRC").ShouldBe("fit");
        header.GetDouble("EXTINCT").ShouldBe(Extinction, 4 * header.GetDouble("EXTERR"));

        // 64 standards of 0.01: 0.01 / 8 at a fixed airmass, and the lever of X = 1.4 over a spread of 0.34 makes some times that of the photons' share.
        header.GetDouble("ZPERR").ShouldBeInRange(0.001, 0.004);
        header.GetDouble("EXTERR").ShouldBeLessThan(0.003);
        header.GetInt64("NSTDS").ShouldBeGreaterThan(55);
        var residuals = FitsReader.ReadTable(run.PathOf("zeropoint"));
        residuals.RowCount.ShouldBeGreaterThan(200);
    }

    [Fact]
    public void One_airmass_gives_the_zero_point_there_and_says_so()
    {
        var field = new StarField(_files, 4);
        var run = Run("photom", Catalogs(field, [1.3, 1.31]), field.Standards());
        var header = FitsReader.ReadPrimaryHeader(run.PathOf("zeropoint"));
        header.GetDouble("ZEROPNT").ShouldBe(Zero - (Extinction * 1.305), 4 * header.GetDouble("ZPERR"));
        header.GetDouble("ZPAIRM").ShouldBe(1.305, 1e-3);
        header.GetString("EXTSRC").ShouldBe("none");
        header.Contains("EXTINCT").ShouldBeFalse();
        run.Log.ShouldContain("Warning : the extinction is not known");
    }

    [Fact]
    public void A_measured_extinction_is_used_and_its_error_counts()
    {
        var field = new StarField(_files, 5);
        var night = Catalogs(field, [1.0, 1.3, 1.6, 2.0]);
        var extinction = _files.Run("extinction", new() { ["photcat"] = night });
        var run = _files.Run("photom", new()
        {
            ["photcat"] = Catalogs(field, [1.3, 1.32]),
            ["standards"] = [field.Standards()],
            ["extinction"] = [extinction.AsInput("extinction")],
        });
        var header = FitsReader.ReadPrimaryHeader(run.PathOf("zeropoint"));
        header.GetString("EXTSRC").ShouldBe("input");
        header.GetDouble("ZPAIRM").ShouldBe(0);
        Within(run, "zeropoint", "zeropoint", "zeropointerror", Zero);
        var airmass = 1.31;
        header.GetDouble("ZPERR").ShouldBeGreaterThan(airmass * header.GetDouble("EXTERR"));
        run.Output("zeropoint").GetProperty("derivedFrom").EnumerateArray().Select(e => e.GetString()).ShouldContain(extinction.AsInput("extinction").Id);
    }

    [Fact]
    public void Frames_can_be_given_instead_of_catalogs_which_are_then_made_and_kept()
    {
        var field = new StarField(_files, 6);
        var frames = new[] { Frame(field, 1.0), Frame(field, 1.6) };
        var run = _files.Run("photom", new() { ["photcat"] = frames, ["standards"] = [field.Standards()] });
        Within(run, "zeropoint", "zeropoint", "zeropointerror", Zero);
        run.Outputs.EnumerateArray().Count(o => o.GetProperty("type").GetString() == "photcat").ShouldBe(2);
    }

    [Fact]
    public void Outliers_among_the_standards_do_not_move_the_zero_point()
    {
        var field = new StarField(_files, 7);
        TaskInput Varied(double airmass) => PhotcatOf(field.Frame(Of(airmass) with { Change = star => star % 9 == 0 ? -0.6 : 0 }));
        var run = Run("photom", [Varied(1.0), Varied(1.4), Varied(1.8)], field.Standards());
        Within(run, "zeropoint", "zeropoint", "zeropointerror", Zero);
        var table = FitsReader.ReadTable(run.PathOf("zeropoint"));
        Enumerable.Range(0, table.RowCount).Count(i => table["RESIDUAL"].GetDouble(i) < -0.3).ShouldBeGreaterThan(15);
    }

    [Fact]
    public void Scatter_beyond_the_photons_is_found_and_widens_the_error()
    {
        var field = new StarField(_files, 8);
        Func<int, double> flat(int frame) => star => 0.03 * new Simulation.SeededNoise(9, star, frame).Normal();
        var frames = Enumerable.Range(0, 4).Select(i => PhotcatOf(field.Frame(Of(1 + (0.3 * i)) with { Change = flat(i) }))).ToArray();
        var run = Run("photom", frames, field.Standards());
        Within(run, "zeropoint", "zeropoint", "zeropointerror", Zero);

        // 256 measurements of 64 levels tell a scatter to 1 / sqrt(2 × 192): 5%; three of that.
        run.Figure("zeropoint", "scatter").ShouldBe(0.03, 0.15 * 0.03);
    }

    [Fact]
    public void Too_few_standards_are_refused_with_what_would_help()
    {
        var field = new StarField(_files, 9);
        var run = _files.Try("photom", new() { ["photcat"] = Catalogs(field, [1.0]), });
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("0 usable standard stars; 3 are needed");
        run.Errors.ShouldContain("PhotSrcCatalog.process_params.REFCAT");
        File.Exists(Path.Combine(run.Folder, ResultsWriter.FileName)).ShouldBeFalse();
    }

    [Fact]
    public void Catalogs_of_two_chips_have_no_common_zero_point()
    {
        var field = new StarField(_files, 10);
        var other = PhotcatOf(field.Frame(Of(1.1) with { Chip = "ccd51" }));
        var run = _files.Try("photom", new() { ["photcat"] = [.. Catalogs(field, [1.0]), other], ["standards"] = [field.Standards()] });
        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("ccd50, ccd51");
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Extinction_needs_no_standards_and_no_zero_points(int seed)
    {
        var field = new StarField(_files, seed);
        var catalogs = new[] { 1.0, 1.25, 1.5, 1.75, 2.0 }.SelectMany(x => new[]
        {
            PhotcatOf(field.Frame(Of(x))),
            PhotcatOf(field.Frame(Of(x) with { Name = $"other{x}", Chip = "ccd51", ZeroPoint = 24.3 })),
        });
        var run = _files.Run("extinction", new() { ["photcat"] = [.. catalogs] });
        Within(run, "extinction", "extinction", "extinctionerror", Extinction);
        run.Figure("extinction", "extinctionerror").ShouldBeLessThan(0.003);
        run.Output("extinction").GetProperty("metadata").TryGetProperty("chip", out _).ShouldBeFalse("it is that of the sky, not of a chip");
    }

    [Fact]
    public void Veils_of_cloud_widen_the_error_of_the_extinction()
    {
        var field = new StarField(_files, 13);
        double[] airmasses = [1.0, 1.2, 1.4, 1.6, 1.8, 2.0];
        double[] veils = [0.00, 0.05, -0.01, 0.04, -0.02, 0.03];
        var catalogs = airmasses.Select((x, i) => PhotcatOf(field.Frame(Of(x) with { ZeroPoint = Zero - veils[i] }))).ToArray();
        var run = _files.Run("extinction", new() { ["photcat"] = catalogs });
        Within(run, "extinction", "extinction", "extinctionerror", Extinction, sigmas: 3);
        run.Figure("extinction", "extinctionerror").ShouldBeGreaterThan(0.01, "0.03 of scatter over a spread of 0.34 in airmass, six times: 0.036");
    }

    [Fact]
    public void Extinction_is_refused_at_one_airmass()
    {
        var field = new StarField(_files, 14);
        var run = _files.Try("extinction", new() { ["photcat"] = Catalogs(field, [1.2, 1.21]) });
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("1.200 to 1.210");
        var without = PhotcatOf(field.Frame(Of(1.5) with { Header = h => h.Remove("AIRMASS") }));
        run = _files.Try("extinction", new() { ["photcat"] = [.. Catalogs(field, [1.2]), without] });
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("AIRMASS");
    }

    private static Exposure Of(double airmass) => new($"x{airmass}") { Airmass = airmass, ZeroPoint = Zero, Extinction = Extinction };

    private static TaskInput Frame(StarField field, double airmass) => field.Frame(Of(airmass));

    private TaskInput[] Catalogs(StarField field, double[] airmasses) => [.. airmasses.Select(x => PhotcatOf(Frame(field, x)))];

    /// <summary>The frame's catalog, without standards: they are looked up where the fit is made of it.</summary>
    private TaskInput PhotcatOf(TaskInput frame)
    {
        var catalog = _files.Run("photcat", "frame", [frame]).AsInput("photcat");
        catalog.Metadata["chip"] = frame.Metadata.GetString("chip");
        return catalog;
    }

    private TaskRun Run(string command, TaskInput[] catalogs, TaskInput standards) =>
        _files.Run(command, new() { ["photcat"] = catalogs, ["standards"] = [standards] });

    private static void Within(TaskRun run, string type, string value, string error, double truth, double sigmas = 4) =>
        run.Figure(type, value).ShouldBe(truth, sigmas * run.Figure(type, error));
}
