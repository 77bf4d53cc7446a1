using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Dpu.Calibration.Astrometry;
using Dpu.Calibration.Contract;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Astrometry;

/// <summary>Reference catalogs as the archives hand them out.</summary>
public sealed class ReferenceCatalogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dpu-refcat-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_votable_is_read_by_meaning_units_and_empty_cells_included()
    {
        var stars = Read("""
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE VOTABLE SYSTEM "http://us-vo.org/xml/VOTable.dtd">
            <VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><COOSYS ID="J2000" system="ICRS" epoch="J2016.0"/><TABLE name="t">
              <FIELD name="lon_error" ucd="stat.error;pos.eq.ra" datatype="double" unit="mas"/>
              <FIELD name="lon" ucd="pos.eq.ra;meta.main" datatype="double" unit="h"/>
              <FIELD name="lat" ucd="pos.eq.dec;meta.main" datatype="double" unit="deg"><DESCRIPTION>north</DESCRIPTION></FIELD>
              <FIELD name="id" ucd="meta.id" datatype="char" arraysize="*"/>
              <FIELD name="brightness" ucd="phot.mag;em.opt.R" datatype="float"/>
              <FIELD name="n" datatype="int"><VALUES null="-999"/></FIELD>
              <DATA><TABLEDATA>
                <TR><TD>1.5</TD><TD>2</TD><TD>-30.25</TD><TD>a, "b" &amp; c</TD><TD>17.5</TD><TD>3</TD></TR>
                <TR><TD/><TD>3.5</TD><TD>89.5</TD><TD></TD><TD></TD><TD>-999</TD></TR>
                <TR><TD>1</TD><TD></TD><TD>10</TD><TD>x</TD><TD>NaN</TD><TD>4</TD></TR>
              </TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>
            """);
        stars.ShouldBe([new ReferenceStar(30, -30.25, 17.5), new ReferenceStar(52.5, 89.5, double.NaN)]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_votable_in_binary_is_read(bool second)
    {
        var bytes = new List<byte>();
        void Row(byte mask, double ra, double dec, float mag, string name)
        {
            if (second) { bytes.Add(mask); }
            var buffer = new byte[8];
            BinaryPrimitives.WriteDoubleBigEndian(buffer, ra);
            bytes.AddRange(buffer);
            bytes.AddRange([0, 0, 0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name)]);
            BinaryPrimitives.WriteDoubleBigEndian(buffer, dec);
            bytes.AddRange(buffer);
            BinaryPrimitives.WriteSingleBigEndian(buffer, mag);
            bytes.AddRange(buffer[..4]);
        }

        Row(0, 359.5, 1.25, 18, "first, of two");
        Row(0b0001_0000, 0.5, -1.25, 99, "");
        var tag = second ? "BINARY2" : "BINARY";
        var stars = Read($"""
            <VOTABLE version="1.4"><RESOURCE><TABLE>
              <FIELD name="RAJ2000" datatype="double" unit="deg"/><FIELD name="name" datatype="char" arraysize="*"/><FIELD name="DEJ2000" datatype="double" unit="deg"/><FIELD name="Vmag" datatype="float"/>
              <DATA><{tag}><STREAM encoding="base64">
              {Convert.ToBase64String([.. bytes], Base64FormattingOptions.InsertLineBreaks)}
              </STREAM></{tag}></DATA></TABLE></RESOURCE></VOTABLE>
            """);
        stars.Select(star => (star.Ra, star.Dec)).ShouldBe([(359.5, 1.25), (0.5, -1.25)]);
        stars[0].Magnitude.ShouldBe(18);
        stars[1].Magnitude.ShouldBe(second ? double.NaN : 99);
    }

    [Fact]
    public void The_lists_that_the_recipes_write_are_catalogs_and_so_are_packed_files()
    {
        var path = At("list.fits");
        var table = new FitsTable([FitsColumn.Of("NUMBER", new[] { 1, 2 }), FitsColumn.Of("RA", new[] { 10.0, 11 }, "deg"), FitsColumn.Of("DEC", new[] { -1.0, 2 }, "deg"), FitsColumn.Of("MAG", new[] { 15.0, 16 }, "mag")]);
        FitsWriter.Write(path, [new FitsImageHdu(new FitsHeader()), new FitsTableHdu(new FitsTable([FitsColumn.Of("HEADER", new[] { "not the stars" })])), new FitsTableHdu(table)]);
        ReadFile(path).ShouldBe([new ReferenceStar(10, -1, 15), new ReferenceStar(11, 2, 16)]);
        using (var packed = new GZipStream(File.Create(path + ".gz"), CompressionLevel.Fastest)) { packed.Write(File.ReadAllBytes(path)); }
        ReadFile(path + ".gz").Count.ShouldBe(2);
    }

    /// <summary>Gaia's columns: 2016 to 2020 is 4 years of 500 mas to the east, 2" on the sky, and -250 mas, 1" south.</summary>
    [Fact]
    public void Stars_are_moved_to_the_epoch_of_the_frame()
    {
        var path = At("gaia.fits");
        FitsWriter.WriteTable(path, new FitsHeader(), new FitsTable([
            FitsColumn.Of("ra", new[] { 359.9999, 20.0 }, "deg"), FitsColumn.Of("dec", new[] { 60.0, 60.0 }, "deg"), FitsColumn.Of("pmra", new[] { 500.0, double.NaN }, "mas/yr"),
            FitsColumn.Of("pmdec", new[] { -250.0, double.NaN }, "mas/yr"), FitsColumn.Of("ref_epoch", new[] { 2016.0, 2016.0 }, "yr"), FitsColumn.Of("phot_g_mean_mag", new[] { 12.0, 13 }, "mag")]));
        var stars = ReadFile(path, 2020);
        stars[0].Ra.ShouldBe(359.9999 + (2 / 3600.0 / Math.Cos(60 * Math.PI / 180)) - 360, 1e-7);
        stars[0].Dec.ShouldBe(60 - (1 / 3600.0), 1e-7);
        stars[1].ShouldBe(new ReferenceStar(20, 60, 13));
        ReadFile(path).Select(star => star.Ra).ShouldBe([359.9999, 20]);
    }

    [Theory]
    [InlineData("<html><body>503 Service Unavailable</body></html>", "is XML, but no VOTable")]
    [InlineData("<VOTABLE><RESOURCE><TABLE><FIELD name=\"RA\" datatype=\"double\"/>", "is no VOTable that can be read")]
    [InlineData("<VOTABLE><RESOURCE><TABLE><FIELD name=\"RA\" datatype=\"double\"/><FIELD name=\"DEC\" datatype=\"double\"/><DATA><TABLEDATA><TR><TD>1</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>", "a row of its table has 1 cells, the table 2 fields")]
    [InlineData("<VOTABLE><RESOURCE><TABLE><FIELD name=\"RA\" datatype=\"double\"/><DATA><BINARY><STREAM encoding=\"base64\">AAAA</STREAM></BINARY></DATA></TABLE></RESOURCE></VOTABLE>", "end within a row")]
    [InlineData("<VOTABLE><RESOURCE><TABLE><FIELD name=\"RA\" datatype=\"double\"/><DATA><BINARY><STREAM href=\"file:///etc/passwd\"/></BINARY></DATA></TABLE></RESOURCE></VOTABLE>", "has its data elsewhere")]
    [InlineData("<VOTABLE/>", "holds no table")]
    [InlineData("RA Dec Mag\n1 2 3\n", "is neither a VOTable nor a FITS file")]
    [InlineData("", "is neither a VOTable nor a FITS file")]
    [InlineData("<VOTABLE><RESOURCE><TABLE><FIELD name=\"RA\" unit=\"furlong\" datatype=\"double\"/><FIELD name=\"DEC\" datatype=\"double\"/><DATA><TABLEDATA/></DATA></TABLE></RESOURCE></VOTABLE>", "is in 'furlong'")]
    public void What_is_no_catalog_is_refused_by_name(string text, string said)
    {
        var error = Should.Throw<RecipeException>(() => Read(text));
        error.ExitCode.ShouldBe(RecipeException.BadData);
        error.Message.ShouldContain("catalog.vot");
        error.Message.ShouldContain(said);
    }

    [Fact]
    public void A_cone_goes_over_the_pole_and_over_zero_hours()
    {
        var catalog = new ReferenceCatalog("x", [new(0.1, 0, 1), new(359.9, 0, 2), new(1, 0, 3), new(0, 89.9, 4), new(180, 89.9, 5)], "");
        catalog.Around(0, 0, 0.2).Select(star => star.Magnitude).ShouldBe([1, 2]);
        catalog.Around(90, 89.95, 0.2).Select(star => star.Magnitude).ShouldBe([4, 5]);
    }

    private IReadOnlyList<ReferenceStar> Read(string text)
    {
        File.WriteAllText(At("catalog.vot"), text);
        return ReadFile(At("catalog.vot"));
    }

    private static IReadOnlyList<ReferenceStar> ReadFile(string path, double? year = null) =>
        ReferenceCatalogReader.Read(new ReferenceCatalogFile(Path.GetFileName(path), path, null), ProcessParameters.Of(AstrometricKeys.Catalog, new Dictionary<string, string>(), () => []), year).Stars;

    private string At(string name) => Path.Combine(_folder, name);
}
