using Dpu.Calibration.Imaging;
using Dpu.Calibration.Photometry;
using Dpu.Calibration.Science;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Science;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Photometry;

public sealed class PhotcatTests(Observatory desk) : IClassFixture<Observatory>, IDisposable
{
    private const string Prefix = "PhotSrcCatalog.process_params.";
    private readonly SkyFrames _files = new(desk);

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Magnitudes_scatter_about_the_truth_as_their_errors_say()
    {
        var field = new StarField(_files, 5, faintest: 20);
        var catalog = Catalog(_files.Run("photcat", "frame", [field.Frame(new("one"))]));
        var pulls = Pulls(field, catalog).ToArray();
        pulls.Length.ShouldBeGreaterThan(50);

        // Mean and width of n normal deviates: 1 / sqrt(n) and 1 / sqrt(2 n), three sigma of each; the background is common to all, one sigma more.
        var (mean, rms) = (pulls.Average(), Math.Sqrt(pulls.Average(p => p * p)));
        mean.ShouldBe(0, 4 / Math.Sqrt(pulls.Length));
        rms.ShouldBe(1, 3 / Math.Sqrt(2.0 * pulls.Length));
        catalog.Airmass.ShouldBe(1);
        catalog.Fwhm.ShouldBe(3.5, 0.05);
        catalog.Aperture.ShouldBe(5 * catalog.Fwhm, 1e-9);
        catalog.Sky.ShouldBe(StarField.SkyPerSecond, 0.02);
    }

    [Fact]
    public void A_frame_of_counts_gives_the_magnitudes_of_the_same_frame_per_second()
    {
        var field = new StarField(_files, 6);
        var rate = field.Frame(new("rate"));
        var image = FitsReader.ReadImage(rate.Path);
        foreach (ref var pixel in image.Pixels.AsSpan()) { pixel *= 60; }
        image.Header.Set("BUNIT", "electron");
        image.Header.Set("GAIN", 1.0);
        image.Header.Set("SATURATE", 100_000.0);
        var counts = _files.Write("counts", image, "reduced");
        var (one, two) = (Catalog(_files.Run("photcat", "frame", [rate])), Catalog(_files.Run("photcat", "frame", [counts])));
        two.Stars.Count.ShouldBe(one.Stars.Count);
        for (var i = 0; i < one.Stars.Count; i++)
        {
            two.Stars[i].Instrumental.ShouldBe(one.Stars[i].Instrumental, 1e-4);
            two.Stars[i].Error.ShouldBe(one.Stars[i].Error, 1e-5);
        }
    }

    [Fact]
    public void Standards_are_found_by_their_place_each_once()
    {
        var field = new StarField(_files, 7);
        var run = _files.Run("photcat", new() { ["frame"] = [field.Frame(new("one"))], ["standards"] = [field.Standards(every: 2)] });
        var catalog = Catalog(run);
        catalog.Standards.ShouldBe(field.Stars.Count / 2);
        run.Log.ShouldContain($"Number of standard stars found is : {catalog.Standards}");
        run.Figure("photcat", "standards").ShouldBe(catalog.Standards);
        var wcs = SkyFrames.Wcs(0, 0, 0, field.Width, field.Height);
        foreach (var star in catalog.Stars.Where(s => s.IsStandard))
        {
            Nearest(field, wcs, star).Magnitude.ShouldBe(star.Reference, 0.05);
        }

        run.Outputs[0].GetProperty("derivedFrom").GetArrayLength().ShouldBe(2, "the catalog of standards is where the magnitudes are from");
    }

    [Fact]
    public void Standards_may_stand_in_a_votable_on_the_nodes_disk()
    {
        var field = new StarField(_files, 7);
        var table = FitsReader.ReadTable(field.Standards().Path);
        var path = Path.Combine(desk.Root, "standards.vot");
        SourceColumn[] columns = [.. table.Columns.Select(c => new SourceColumn(c.Name, c.Unit, c.Name is "RA" ? "pos.eq.ra" : c.Name is "DEC" ? "pos.eq.dec" : "phot.mag", c.Name, c.Values))];
        VoTableWriter.Write(path, "standards", "", "ICRS", columns, []);
        var catalog = Catalog(_files.Run("photcat", "frame", [field.Frame(new("one"))], new() { [Prefix + "REFCAT"] = path }));
        catalog.Standards.ShouldBe(field.Stars.Count);
    }

    [Fact]
    public void What_disturbs_a_star_is_flagged()
    {
        var field = new StarField(_files, 8, 240, 240);
        var image = FitsReader.ReadImage(field.Frame(new("one")).Path);
        Imaging.TestSky.AddStar(image, 3.0, 120.5, 2000, 3.5);
        Imaging.TestSky.AddStar(image, 120.3, 121.2, 9e4, 3.5);
        Imaging.TestSky.AddStar(image, 160.3, 80.2, 2000, 3.5);
        Imaging.TestSky.AddStar(image, 169.3, 80.2, 300, 3.5);
        for (var x = 195; x < 198; x++) { image[x, 160] = float.NaN; }
        var catalog = Catalog(_files.Run("photcat", "frame", [_files.Write("two", image, "reduced")]));
        PhotcatStar At(double x, double y) => catalog.Stars.MinBy(s => Math.Abs(s.X - 1 - x) + Math.Abs(s.Y - 1 - y))!;
        (At(3, 120.5).Flags & (int)SourceFlags.ApertureIncomplete).ShouldNotBe(0);
        (At(120.3, 121.2).Flags & (int)SourceFlags.Saturated).ShouldNotBe(0);
        (At(160.3, 80.2).Flags & PhotcatStar.NeighbourFlag).ShouldNotBe(0);
        At(120.3, 121.2).IsClean.ShouldBeFalse();
    }

    [Fact]
    public void An_empty_sky_gives_an_empty_catalog_with_the_facts_of_its_frame()
    {
        var image = Imaging.TestSky.Blank(200, 200, 10, 1, 5);
        image.Header.Set("BUNIT", "count/s");
        var run = _files.Run("photcat", "frame", [_files.Write("empty", image, "reduced")]);
        var catalog = Catalog(run);
        catalog.Stars.ShouldBeEmpty();
        catalog.Airmass.ShouldBe(double.NaN);
        catalog.Fwhm.ShouldBe(double.NaN);
        catalog.Width.ShouldBe(200);
        run.Figure("photcat", "stars").ShouldBe(0);
    }

    [Theory]
    [InlineData("REFCAT", "USNO-B1.0", "there is no such file here")]
    [InlineData("APERTURE", "-1", "a number above 0")]
    [InlineData("BACK_SIZE", "4", "at least 8")]
    [InlineData("DETECT_MINAREA", "0", "at least 1")]
    public void Wrong_parameters_are_refused_with_what_would_be_right(string name, string value, string said)
    {
        var run = _files.Try("photcat", "frame", [new StarField(_files, 1, 100, 100).Frame(new("one"))], new() { [Prefix + name] = value });
        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain(said);
    }

    [Fact]
    public void A_frame_without_a_time_or_a_rate_is_refused()
    {
        var image = Imaging.TestSky.Blank(100, 100, 10, 1, 5);
        var run = _files.Try("photcat", "frame", [_files.Write("timeless", image, "reduced")]);
        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("timeless.fits");
        run.Errors.ShouldContain("EXPTIME");
    }

    [Fact]
    public void A_catalog_without_the_filters_magnitudes_is_refused_with_the_columns_that_it_has()
    {
        var field = new StarField(_files, 1, 100, 100);
        var run = _files.Try("photcat", new() { ["frame"] = [field.Frame(new("one"))], ["standards"] = [field.Standards(column: "MAG_V")] });
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("MAG_842");
        run.Errors.ShouldContain("RA, DEC, MAG_V, MAGERR_V");
    }

    internal static Photcat Catalog(TaskRun run) => PhotcatTable.Read(run.AsInput("photcat"));

    private static FieldStar Nearest(StarField field, TanWcs wcs, PhotcatStar star) => field.Stars.MinBy(f =>
    {
        var (x, y) = wcs.SkyToPixel(f.Ra, f.Dec)!.Value;
        return Math.Abs(star.X - x) + Math.Abs(star.Y - y);
    })!;

    /// <summary>Deviations of clean stars from the truth in units of their errors.</summary>
    private static IEnumerable<double> Pulls(StarField field, Photcat catalog)
    {
        var wcs = SkyFrames.Wcs(0, 0, 0, field.Width, field.Height);
        return catalog.Stars.Where(s => s.IsClean).Select(s => (s.Instrumental + 25 - Nearest(field, wcs, s).Magnitude) / s.Error);
    }
}
