using System.IO.Compression;
using Shouldly;
using Xunit;

namespace Dpu.Fits.Tests;

public sealed class ExtensionTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Write(params byte[][] parts)
    {
        var path = _folder.File("e.fits");
        File.WriteAllBytes(path, [.. parts.SelectMany(p => p)]);
        return path;
    }

    private static byte[] Primary => RawFits.Header("SIMPLE  =                    T", "BITPIX  =                    8", "NAXIS   =                    0", "EXTEND  =                    T");

    private static byte[] ImageExtension => [.. RawFits.Header(
        "XTENSION= 'IMAGE   '", RawFits.Card("BITPIX", 8), RawFits.Card("NAXIS", 2), RawFits.Card("NAXIS1", 3), RawFits.Card("NAXIS2", 1), RawFits.Card("PCOUNT", 0), RawFits.Card("GCOUNT", 1)),
        .. RawFits.Padded([7, 8, 9])];

    /// <summary>Data of a private type are skipped by |BITPIX|/8 × GCOUNT × (PCOUNT + axes), here 2 × 3 × (500 + 1000) bytes.</summary>
    [Fact]
    public void Unknown_extensions_are_skipped_by_their_size()
    {
        var unknown = RawFits.Header(
            "XTENSION= 'PRIVATE '", RawFits.Card("BITPIX", 16), RawFits.Card("NAXIS", 1), RawFits.Card("NAXIS1", 1000), RawFits.Card("PCOUNT", 500), RawFits.Card("GCOUNT", 3));
        var path = Write(Primary, unknown, RawFits.Padded(new byte[9000]), ImageExtension);
        var hdus = FitsReader.ReadAll(path);
        hdus.Count.ShouldBe(3);
        hdus[1].ShouldBeOfType<FitsUnknownHdu>();
        FitsReader.ReadImage(path).Pixels.ShouldBe([7, 8, 9]);
        FitsReader.ReadImage(path, 2).Pixels.ShouldBe([7, 8, 9]);
        FitsReader.ReadHeaders(path).Count.ShouldBe(3);
    }

    [Fact]
    public void Random_groups_are_skipped_by_their_size()
    {
        var groups = RawFits.Header(
            "SIMPLE  =                    T", RawFits.Card("BITPIX", 16), RawFits.Card("NAXIS", 2), RawFits.Card("NAXIS1", 0), RawFits.Card("NAXIS2", 100),
            "GROUPS  =                    T", RawFits.Card("PCOUNT", 5), RawFits.Card("GCOUNT", 20));
        var path = Write(groups, RawFits.Padded(new byte[2 * 20 * 105]), ImageExtension);
        FitsReader.ReadImage(path).Pixels.ShouldBe([7, 8, 9]);
    }

    [Fact]
    public void Records_after_the_last_extension_are_ignored() =>
        FitsReader.ReadHeaders(Write(Primary, ImageExtension, new byte[2880])).Count.ShouldBe(2);

    [Fact]
    public void Gzip_is_told_by_its_magic_not_by_the_name()
    {
        var path = Write(Primary, ImageExtension);
        var plain = File.ReadAllBytes(path);
        using (var zip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            zip.Write(plain);
        }
        FitsReader.ReadImage(path).Pixels.ShouldBe([7, 8, 9]);
        FitsReader.ReadHeaders(path).Count.ShouldBe(2);
    }

    [Fact]
    public void Several_images_are_written_and_read()
    {
        var path = _folder.File("m.fits");
        FitsWriter.Write(path, [
            new FitsImageHdu(new FitsHeader()),
            new FitsImageHdu(new FitsImage(2, 2, [1, 2, 3, 4])),
            new FitsImageHdu(new FitsImage(1, 3, [5, 6, 7]), FitsPixelType.UInt8)]);
        var back = FitsReader.ReadAll(path).Cast<FitsImageHdu>().ToArray();
        back[0].Image.ShouldBeNull();
        back[1].Image!.Pixels.ShouldBe([1, 2, 3, 4]);
        back[2].Image!.Pixels.ShouldBe([5, 6, 7]);
        back[2].Type.ShouldBe(FitsPixelType.UInt8);
        Checksums.AreRight(path).ShouldBeTrue();
    }

    [Fact]
    public void Tables_come_back_with_their_types_and_units()
    {
        var path = _folder.File("t.fits");
        var primary = new FitsHeader();
        primary.Set("OBJECT", "CDF4_B_1");
        var header = new FitsHeader();
        header.Set("EXTNAME", "SOURCES");
        FitsWriter.WriteTable(path, primary, new FitsTable([
            FitsColumn.Of("RA", [53.1, double.NaN], "deg"),
            FitsColumn.Of("FLUX", [1.5f, float.PositiveInfinity], "adu"),
            FitsColumn.Of("FLAGS", [1, int.MinValue]),
            FitsColumn.Of("ID", [long.MaxValue, -1L]),
            FitsColumn.Of("GOOD", [true, false]),
            FitsColumn.Of("NAME", ["a", "longer"]),
            FitsColumn.Of("BOX", [1, 2, 3, 4, 5, 6], "pixel", repeat: 3)], header));
        var back = FitsReader.ReadTable(path);
        back.RowCount.ShouldBe(2);
        back.Header.GetString("EXTNAME").ShouldBe("SOURCES");
        back["ra"].Values.ShouldBe(new[] { 53.1, double.NaN });
        back["RA"].Unit.ShouldBe("deg");
        back["FLUX"].Values.ShouldBe(new[] { 1.5f, float.PositiveInfinity });
        back["FLAGS"].Values.ShouldBe(new[] { 1, int.MinValue });
        back["ID"].GetInt64(0).ShouldBe(long.MaxValue);
        back["GOOD"].Values.ShouldBe(new[] { true, false });
        back["NAME"].Values.ShouldBe(new[] { "a", "longer" });
        back["BOX"].Values.ShouldBe(new[] { 1, 2, 3, 4, 5, 6 });
        FitsReader.ReadPrimaryHeader(path).GetString("OBJECT").ShouldBe("CDF4_B_1");
        Checksums.AreRight(path).ShouldBeTrue();
        Should.Throw<FitsException>(() => back["MAG"]).Message.ShouldContain("RA, FLUX");
    }

    [Fact]
    public void An_empty_table_is_a_table()
    {
        var path = _folder.File("none.fits");
        FitsWriter.WriteTable(path, new FitsHeader(), new FitsTable([FitsColumn.Of("X", Array.Empty<double>()), FitsColumn.Of("N", Array.Empty<string>())]));
        var back = FitsReader.ReadTable(path);
        back.RowCount.ShouldBe(0);
        back.Columns.Select(c => c.Name).ShouldBe(["X", "N"]);
        Checksums.AreRight(path).ShouldBeTrue();
    }

    [Fact]
    public void Scaled_unsigned_and_uninterpreted_columns_are_read()
    {
        var header = RawFits.Header(
            "XTENSION= 'BINTABLE'", RawFits.Card("BITPIX", 8), RawFits.Card("NAXIS", 2), RawFits.Card("NAXIS1", 2 + 2 + 2 + 8), RawFits.Card("NAXIS2", 1), RawFits.Card("PCOUNT", 4), RawFits.Card("GCOUNT", 1),
            RawFits.Card("TFIELDS", 4),
            RawFits.Card("TTYPE1", "UNSIGNED"), RawFits.Card("TFORM1", "I"), RawFits.Card("TZERO1", 32768),
            RawFits.Card("TTYPE2", "SCALED"), RawFits.Card("TFORM2", "1I"), "TSCAL2  = 0.5",
            RawFits.Card("TTYPE3", "BITS"), RawFits.Card("TFORM3", "11X"),
            RawFits.Card("TTYPE4", "LISTS"), RawFits.Card("TFORM4", "1PB(4)"));
        byte[] row = [0x7f, 0xff, 0x00, 0x03, 0xab, 0xc0, 0, 0, 0, 4, 0, 0, 0, 0];
        var path = Write(Primary, header, RawFits.Padded([.. row, 1, 2, 3, 4]), ImageExtension);
        var table = FitsReader.ReadTable(path);
        table["UNSIGNED"].GetInt64(0).ShouldBe(65535);
        table["SCALED"].GetDouble(0).ShouldBe(1.5);
        table["BITS"].Values.ShouldBe(new byte[] { 0xab, 0xc0 });
        table["LISTS"].Type.ShouldBe(FitsColumnType.Raw);
        FitsReader.ReadAll(path).Count.ShouldBe(3);
        FitsReader.ReadImage(path).Pixels.ShouldBe([7, 8, 9]);
    }

    [Theory]
    [InlineData("1Z", "TFORM1")]
    [InlineData("", "TFORM1")]
    [InlineData("99J", "columns need 396 bytes a row")]
    public void Impossible_columns_are_refused(string form, string message)
    {
        var header = RawFits.Header(
            "XTENSION= 'BINTABLE'", RawFits.Card("BITPIX", 8), RawFits.Card("NAXIS", 2), RawFits.Card("NAXIS1", 4), RawFits.Card("NAXIS2", 1), RawFits.Card("PCOUNT", 0), RawFits.Card("GCOUNT", 1),
            RawFits.Card("TFIELDS", 1), RawFits.Card("TFORM1", form));
        var path = Write(Primary, header, RawFits.Padded(new byte[4]));
        Should.Throw<FitsException>(() => FitsReader.ReadTable(path)).Message.ShouldContain(message);
    }
}
