using System.Globalization;
using System.Xml.Linq;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Imaging;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Science;

public sealed class SourceListTests(Observatory desk) : IClassFixture<Observatory>, IDisposable
{
    private readonly SkyFrames _files = new(desk);

    public void Dispose() => _files.Dispose();

    [Fact]
    public void The_list_holds_the_stars_with_their_places_on_the_sky()
    {
        var (run, stars) = Run();
        var table = FitsReader.ReadTable(run.PathOfKind("sourcelist"));
        table.Header.GetString("EXTNAME").ShouldBe("SOURCES");
        table["RA"].Unit.ShouldBe("deg");
        table["X"].Unit.ShouldBe("pixel");
        table["FLUX_AUTO"].Unit.ShouldBe("count/s");
        table["MAG"].Unit.ShouldBe("mag");
        Enumerable.Range(0, table.RowCount).Select(i => table["NUMBER"].GetInt64(i)).ShouldBe(Enumerable.Range(1, table.RowCount).Select(i => (long)i));
        var wcs = SkyFrames.Wcs(12, 0, 0, 256, 256);
        foreach (var star in stars)
        {
            var at = wcs.SkyToPixel(star.Ra, star.Dec)!.Value;
            var row = Enumerable.Range(0, table.RowCount).MinBy(i => Math.Abs(table["X"].GetDouble(i) - at.X) + Math.Abs(table["Y"].GetDouble(i) - at.Y));
            table["X"].GetDouble(row).ShouldBe(at.X, 0.1);
            table["Y"].GetDouble(row).ShouldBe(at.Y, 0.1);
            (3600 * (table["DEC"].GetDouble(row) - star.Dec)).ShouldBe(0, 0.1 * SkyFrames.Scale);
            (3600 * (table["RA"].GetDouble(row) - star.Ra) * Math.Cos(star.Dec * Math.PI / 180)).ShouldBe(0, 0.1 * SkyFrames.Scale);
            table["FLUX_AUTO"].GetDouble(row).ShouldBe(star.Flux, 0.03 * star.Flux);
            table["MAG"].GetDouble(row).ShouldBe(25 - (2.5 * Math.Log10(table["FLUX_AUTO"].GetDouble(row))), 1e-12);
        }

        run.Log.ShouldContain("Making SourceList object");
        run.Log.ShouldContain($"Number of sources is : {table.RowCount}");
        run.Figure("sourcelist", "sources", 0).ShouldBe(table.RowCount);
    }

    [Fact]
    public void The_votable_is_well_formed_and_says_the_same()
    {
        var (run, _) = Run();
        var table = FitsReader.ReadTable(run.PathOfKind("sourcelist"));
        XNamespace ns = "http://www.ivoa.net/xml/VOTable/v1.3";
        var root = XDocument.Load(run.PathOfKind("sourcelist.votable")).Root!;
        root.Name.ShouldBe(ns + "VOTABLE");
        root.Attribute("version")!.Value.ShouldBe("1.4");
        var fields = root.Descendants(ns + "FIELD").ToArray();
        fields.Select(f => f.Attribute("name")!.Value).ShouldBe(table.Columns.Select(c => c.Name));
        fields.Select(f => f.Attribute("unit")?.Value ?? "").ShouldBe(table.Columns.Select(c => c.Unit));
        fields.ShouldAllBe(f => f.Attribute("ucd")!.Value.Length > 0);
        fields.Single(f => f.Attribute("name")!.Value == "RA").Attribute("ucd")!.Value.ShouldBe("pos.eq.ra;meta.main");
        root.Descendants(ns + "COOSYS").Single().Attribute("ID")!.Value.ShouldBe(fields.Single(f => f.Attribute("name")!.Value == "DEC").Attribute("ref")!.Value);
        var rows = root.Descendants(ns + "TR").ToArray();
        rows.Length.ShouldBe(table.RowCount);
        for (var row = 0; row < rows.Length; row++)
        {
            var cells = rows[row].Elements(ns + "TD").Select(c => double.Parse(c.Value, CultureInfo.InvariantCulture)).ToArray();
            cells.ShouldBe(table.Columns.Select(c => c.GetDouble(row)));
        }
    }

    [Fact]
    public void An_empty_sky_gives_an_empty_list()
    {
        var image = _files.Write("empty", TestSky.Blank(200, 200, 10, 1, 5), "reduced");
        var run = _files.Run("source-list", "image", [image], new() { ["SourceList.process_params.DETECT_THRESH"] = "8" });
        FitsReader.ReadTable(run.PathOfKind("sourcelist")).RowCount.ShouldBe(0);
        XDocument.Load(run.PathOfKind("sourcelist.votable")).Root.ShouldNotBeNull();
        run.Log.ShouldContain("positions on the sky are not known");
    }

    [Fact]
    public void A_blank_image_is_refused()
    {
        var run = _files.Try("source-list", "image", [_files.Write("blank", TestSky.Blank(64, 64, double.NaN), "coadd")]);
        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("blank.fits");
    }

    [Theory]
    [InlineData("SourceList.process_params.DETECT_TRESH", "2", "did you mean SourceList.process_params.DETECT_THRESH?")]
    [InlineData("SourceList.process_params.DETECT_THRESH", "many", "a number is needed")]
    [InlineData("SourceList.process_params.BACK_FILTERSIZE", "2", "an odd number")]
    [InlineData("SourceList.process_params.FILTER", "boxcar", "FILTER")]
    [InlineData("SourceList.process_params.SECTIONS", "some", "auto, none, find")]
    public void Wrong_parameters_are_refused_with_what_would_be_right(string key, string value, string said)
    {
        var image = _files.Write("image", TestSky.Blank(64, 64, 10, 1), "reduced");
        var run = _files.Try("source-list", "image", [image], new() { [key] = value });
        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain(said);
    }

    [Fact]
    public void A_raw_frames_overscan_holds_no_sources()
    {
        var raw = TestSky.Blank(232, 200, level: 400, noise: 4, seed: 3);
        TestSky.AddStar(raw, 100, 100, 20_000, 3.5);
        for (var y = 0; y < 200; y++) { raw.Row(y)[200..].Fill(150 + (y % 2)); }
        raw[215, 50] = raw[216, 50] = raw[215, 51] = raw[216, 51] = raw[214, 50] = raw[214, 51] = 5000;
        raw.Header.Set("DATASEC", "[1:200,1:200]");
        var run = _files.Run("source-list", "image", [_files.Write("raw", raw, "raw-science")]);
        var table = FitsReader.ReadTable(run.PathOfKind("sourcelist"));
        Enumerable.Range(0, table.RowCount).ShouldAllBe(i => table["X"].GetDouble(i) <= 200.5);
        Enumerable.Range(0, table.RowCount).ShouldContain(i => Math.Abs(table["X"].GetDouble(i) - 101) < 0.1);
        run.Log.ShouldContain("[1:200,1:200]");
    }

    [ObservedFramesTheory]
    [InlineData("raw_v1_fg.fits.gz", 79.245, -9.702)]
    [InlineData("raw_v2_fg.fits.gz", 79.245, -9.702)]
    [InlineData("raw_v3_fr.fits.gz", 79.467, -9.323)]
    public void Frames_that_others_made_show_plausible_stars(string name, double ra, double dec)
    {
        var run = _files.Run("source-list", "image", [Observatory.Input(Path.Combine(ObservedFramesTheoryAttribute.Folder!, name), "raw-science")]);

        // Four amplifiers with a prescan of four columns each, which the header, that of one amplifier, does not tell.
        run.Log.ShouldContain("[5:513,1:1000] [5:513,1001:2000] [518:1026,1:1000] [518:1026,1001:2000]");
        var table = FitsReader.ReadTable(run.PathOfKind("sourcelist"));
        var rows = Enumerable.Range(0, table.RowCount).ToArray();
        rows.ShouldAllBe(i => Math.Abs(table["RA"].GetDouble(i) - ra) < 0.6 && Math.Abs(table["DEC"].GetDouble(i) - dec) < 0.6);

        // Hot pixels are saturated single pixels; what is wide, clean and bright is a star or a galaxy.
        var wide = rows.Where(i => table["FLAGS"].GetInt64(i) == 0 && table["SNR"].GetDouble(i) > 10 && table["FWHM"].GetDouble(i) > 2).ToArray();
        wide.Length.ShouldBeGreaterThan(20);
        var between = rows.Count(i => table["X"].GetDouble(i) is < 4.5 or (> 513.5 and < 517.5));
        between.ShouldBe(0, "the prescans hold no sources");
    }

    private (TaskRun Run, List<(double Ra, double Dec, double Flux)> Stars) Run()
    {
        var wcs = SkyFrames.Wcs(12, 0, 0, 256, 256);
        var stars = new List<(double Ra, double Dec, double Flux)>();
        for (var i = 0; i < 25; i++)
        {
            var (ra, dec) = wcs.PixelToSky(25.3 + (50 * (i % 5)), 25.7 + (49.6 * (i / 5)));
            stars.Add((ra, dec, 400 * Math.Pow(1.15, i)));
        }

        var image = _files.Reduced("field", wcs, 256, 256, sky: 8, noise: 0.4, stars, seed: 4, header: h => h.Set("MAGZERO", 25.0));
        return (_files.Run("source-list", "image", [image]), stars);
    }
}

internal static class SourceListRuns
{
    public static string PathOfKind(this TaskRun run, string name) => Path.Combine(
        run.Folder, run.Outputs.EnumerateArray().Single(o => o.GetProperty("name").GetString() == name).GetProperty("path").GetString()!);

    public static double Figure(this TaskRun run, string name, string key, int index) =>
        run.Outputs.EnumerateArray().Where(o => o.GetProperty("name").GetString() == name).ElementAt(index).GetProperty("metadata").GetProperty(key).GetDouble();
}
