using Dpu.Calibration.Contract;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Imaging;
using Dpu.Calibration.Tests.Science;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Judges;

/// <summary><c>SourceList</c> against source-extractor with the same parameters, and the variant that runs it.</summary>
public sealed class SextractorTests(Observatory desk) : IClassFixture<Observatory>, IDisposable
{
    private const double Least = 0.95;
    private const double Near = 0.1;
    private const double Sigma = 10;

    private readonly SkyFrames _files = new(desk);

    public void Dispose() => _files.Dispose();

    [SextractorOnObservedFrames]
    [InlineData("raw_v1_fg.fits.gz")]
    [InlineData("raw_v2_fg.fits.gz")]
    [InlineData("raw_v3_fr.fits.gz")]
    public void Each_finds_what_the_other_finds_in_observed_frames(string name)
    {
        TaskInput[] frame = [new("id", Path.Combine(ObservedFramesTheoryAttribute.Folder!, name), "raw-science", [])];
        var ours = Stars.Of(_files.Run("source-list", "image", frame));
        var theirs = Stars.Of(_files.Run("source-list-sextractor", "image", frame));

        theirs.Above(Sigma).FoundIn(ours, Near).ShouldBeGreaterThanOrEqualTo(Least);
        ours.Above(Sigma).FoundIn(theirs, Near).ShouldBeGreaterThanOrEqualTo(Least);
        theirs.Above(Sigma).Count.ShouldBeGreaterThan(20);
    }

    [SextractorFact]
    public void The_variant_makes_the_same_products_with_the_same_columns()
    {
        var image = StarField();
        var (own, variant) = (_files.Run("source-list", "image", [image]), _files.Run("source-list-sextractor", "image", [image]));

        var (ours, theirs) = (FitsReader.ReadTable(own.PathOfKind("sourcelist")), FitsReader.ReadTable(variant.PathOfKind("sourcelist")));
        theirs.Columns.Select(column => (column.Name, column.Unit)).ShouldBe(ours.Columns.Select(column => (column.Name, column.Unit)));
        File.Exists(variant.PathOfKind("sourcelist.votable")).ShouldBeTrue();
        variant.Figure("sourcelist", "sources", 0).ShouldBe(theirs.RowCount);
        Stars.Of(variant).FoundIn(Stars.Of(own), Near).ShouldBe(1);
        Stars.Of(own).FoundIn(Stars.Of(variant), Near).ShouldBe(1);
        Directory.GetDirectories(variant.Folder).ShouldBeEmpty();
    }

    [SextractorFact]
    public void Bad_pixels_are_no_sources_and_their_neighbours_are_marked()
    {
        var image = StarField(image =>
        {
            for (var y = 118; y < 123; y++) { image.Row(y)[122] = float.NaN; }
            image.Row(40)[40] = float.PositiveInfinity;
        });
        var stars = Stars.Of(_files.Run("source-list-sextractor", "image", [image]));

        stars.Count.ShouldBe(9);
        stars.FlagsAt(121, 121).ShouldBe(32, "the star over the bad column");
    }

    [SextractorFact]
    public void An_empty_sky_gives_an_empty_list()
    {
        var image = _files.Write("empty", TestSky.Blank(200, 200, 10, 1, 5), "reduced");
        var run = _files.Run("source-list-sextractor", "image", [image], new() { ["SourceList.process_params.DETECT_THRESH"] = "8" });
        FitsReader.ReadTable(run.PathOfKind("sourcelist")).RowCount.ShouldBe(0);
    }

    /// <summary>Nine bright stars, far from each other: both must find exactly these.</summary>
    private TaskInput StarField(Action<FitsImage>? spoil = null)
    {
        var image = TestSky.Blank(240, 240, 10, 1, 7);
        for (var star = 0; star < 9; star++)
        {
            TestSky.AddStar(image, 40.3 + (80 * (star % 3)), 40.4 + (80 * (star / 3)), 4000 + (500 * star), 3.5);
        }

        image.Header.Set("BUNIT", "count/s");
        image.Header.Set("PRODTYPE", "reduced");
        spoil?.Invoke(image);
        return _files.Write("field", image, "reduced");
    }

    /// <summary>A list's positions, their ratios of signal to noise and flags.</summary>
    private sealed class Stars
    {
        private readonly List<(double X, double Y, double Snr, int Flags)> _rows;

        private Stars(IEnumerable<(double X, double Y, double Snr, int Flags)> rows) => _rows = [.. rows];

        public int Count => _rows.Count;

        public static Stars Of(TaskRun run)
        {
            var table = FitsReader.ReadTable(run.PathOfKind("sourcelist"));
            return new Stars(Enumerable.Range(0, table.RowCount).Select(row => (table["X"].GetDouble(row), table["Y"].GetDouble(row), table["SNR"].GetDouble(row), (int)table["FLAGS"].GetInt64(row))));
        }

        public Stars Above(double sigma) => new(_rows.Where(row => row.Snr > sigma));

        /// <summary>Which part of these has one of the others within so many pixels.</summary>
        public double FoundIn(Stars others, double near) =>
            _rows.Count(row => others._rows.Exists(other => Math.Sqrt(Math.Pow(other.X - row.X, 2) + Math.Pow(other.Y - row.Y, 2)) <= near)) / (double)_rows.Count;

        public int FlagsAt(double x, double y) => _rows.MinBy(row => Math.Abs(row.X - x) + Math.Abs(row.Y - y)).Flags;
    }
}
