using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using Dpu.Fits.Conversion;
using Shouldly;
using Xunit;

namespace Dpu.Fits.Tests;

/// <summary>FITS in other forms. What is expected is put together by hand from the descriptions of the formats.</summary>
public sealed class ConversionTests : IDisposable
{
    private static readonly ConversionLimits Limits = new(1 << 20, 1 << 20);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(8, "", "|u1", "01FF", "01FF")]
    [InlineData(8, "BZERO=-128", "|i1", "0080FF", "80007F")]
    [InlineData(16, "", "<i2", "0001FFFE", "0100FEFF")]
    [InlineData(16, "BZERO=32768", "<u2", "80007FFFFFFF", "0000FFFFFF7F")]
    [InlineData(32, "", "<i4", "00000001", "01000000")]
    [InlineData(32, "BZERO=2147483648", "<u4", "80000001", "01000000")]
    [InlineData(64, "", "<i8", "0000000000000102", "0201000000000000")]
    [InlineData(-32, "", "<f4", "3F800000", "0000803F")]
    [InlineData(-64, "", "<f8", "3FF0000000000000", "000000000000F03F")]
    public void Pixels_become_what_they_mean_to_the_bit(int bitPix, string zero, string type, string stored, string expected)
    {
        // 0x8000 with the unsigned convention is 0, 0x7FFF is 65535, and 0xFFFF is 32767.
        string[] cards = zero.Length == 0 ? [] : [RawFits.Card("BZERO", long.Parse(zero[6..], null))];
        var (header, data) = Npy(Write(RawFits.Image(bitPix, Convert.FromHexString(stored), cards)));
        header.ShouldContain($"'descr': '{type}', 'fortran_order': False, 'shape': (1, {stored.Length / 2 / (Math.Abs(bitPix) / 8)},), ");
        Convert.ToHexString(data).ShouldBe(expected);
    }

    [Fact]
    public void Scaled_and_blank_pixels_become_reals()
    {
        var (header, data) = Npy(Write(RawFits.Image(16, [0, 10, 0x80, 0, 0xFF, 0xFF], "BSCALE  =                  0.5", "BZERO   =                 10.0", RawFits.Card("BLANK", -32768))));
        header.ShouldContain("'<f4'");
        Singles(data).ShouldBe([15f, float.NaN, 9.5f]);
        (header, data) = Npy(Write(RawFits.Image(32, [0, 0, 0, 10], "BSCALE  =                  0.5")));
        header.ShouldContain("'<f8'");
        BinaryPrimitives.ReadDoubleLittleEndian(data).ShouldBe(5);
    }

    [Fact]
    public void The_slowest_axis_comes_first_and_the_data_begin_at_64_bytes()
    {
        var cube = RawFits.Header("SIMPLE  =                    T", RawFits.Card("BITPIX", 8), RawFits.Card("NAXIS", 3), RawFits.Card("NAXIS1", 4), RawFits.Card("NAXIS2", 3), RawFits.Card("NAXIS3", 2));
        var path = Write([.. cube, .. RawFits.Padded([.. Enumerable.Range(0, 24).Select(n => (byte)n)])]);
        var (header, data) = Npy(path);
        header.ShouldContain("'shape': (2, 3, 4,), ");
        data.ShouldBe(Enumerable.Range(0, 24).Select(n => (byte)n));
        ((header.Length + 10) % 64).ShouldBe(0);
    }

    [Fact]
    public void A_table_becomes_a_structured_array()
    {
        var (header, data) = Npy(Table());
        header.ShouldContain("'descr': [('x', '<f8'), ('na\\'me', '|S4'), ('x_2', '<u2', (2,)), ('flag', '|b1'), ('col5', '<i4'), ('mag', '<f4')], ");
        header.ShouldContain("'shape': (2,), ");
        data.Length.ShouldBe(2 * (8 + 4 + 4 + 1 + 4 + 4));
        BinaryPrimitives.ReadDoubleLittleEndian(data).ShouldBe(1.5);
        Encoding.ASCII.GetString(data, 8, 4).ShouldBe("a<b\0");
        Convert.ToHexString(data, 12, 5).ShouldBe("0100FFFF01");
        BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(17)).ShouldBe(-7);
        BinaryPrimitives.ReadSingleLittleEndian(data.AsSpan(21)).ShouldBe(20.5f);
    }

    [Fact]
    public void A_table_becomes_a_VOTable_with_units_and_escapes()
    {
        var xml = XDocument.Load(new MemoryStream(Converted(Table(), FitsConverter.ToVoTable)));
        var space = xml.Root!.Name.Namespace;
        var fields = xml.Descendants(space + "FIELD").ToList();
        fields.Select(field => (string?)field.Attribute("name")).ShouldBe(["x", "na'me", "x", "flag", "col5", "mag"]);
        fields.Select(field => (string?)field.Attribute("datatype")).ShouldBe(["double", "char", "int", "boolean", "int", "double"]);
        fields.Select(field => (string?)field.Attribute("arraysize")).ShouldBe([null, "4", "2", null, null, null]);
        fields.Select(field => (string?)field.Attribute("unit")).ShouldBe(["deg", null, null, null, null, "mag"]);
        fields[0].Element(space + "DESCRIPTION")!.Value.ShouldBe("where it is");
        ((string?)fields[4].Element(space + "VALUES")!.Attribute("null")).ShouldBe("-9");
        var rows = xml.Descendants(space + "TR").Select(row => row.Elements().Select(cell => cell.Value).ToList()).ToList();
        rows[0].ShouldBe(["1.5", "a<b", "1 65535", "T", "-7", "20.5"]);
        rows[1].ShouldBe(["NaN", "&\uFFFD", "32768 32768", "?", "-9", "20"]);
        ((string?)xml.Descendants(space + "TABLE").Single().Attribute("nrows")).ShouldBe("2");
    }

    [Theory]
    [InlineData("deg", "deg")]
    [InlineData("ct / s", "ct/s")]
    [InlineData("erg s-1 cm-2 Angstrom-1", "erg.s**-1.cm**-2.Angstrom**-1")]
    [InlineData("km s**-1", "km.s**-1")]
    [InlineData("m^2", "m**2")]
    [InlineData("m**(-2)", "m**-2")]
    [InlineData("mag", "mag")]
    public void Units_are_written_as_the_Virtual_Observatory_has_them(string fits, string unit) => VoTableColumn.UnitOf(fits).ShouldBe(unit);

    [Fact]
    public void A_picture_has_its_first_row_at_the_bottom_and_holes_are_black()
    {
        var pixels = new float[2 * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = i / 2;
        }

        pixels[5] = float.NaN;
        var path = _folder.File("p.fits");
        FitsWriter.WriteImage(path, new FitsImage(2, 3, pixels), FitsPixelType.Float32);
        var (width, height, grey) = Decoded(Converted(path, FitsConverter.ToPng));
        (width, height).ShouldBe((2, 3));
        grey.ShouldBe([255, 0, 128, 128, 1, 1]);
    }

    [Fact]
    public void A_large_image_is_averaged_down()
    {
        var path = _folder.File("p.fits");
        FitsWriter.WriteImage(path, new FitsImage(2050, 10), FitsPixelType.UInt8);
        var (width, height, _) = Decoded(Converted(path, FitsConverter.ToPng));
        (width, height).ShouldBe((684, 4));
    }

    [Fact]
    public void The_grey_scale_follows_the_sky_and_not_the_outliers()
    {
        // A sky from 100 to 109.99 by rank, and one star in a hundred pixels.
        var values = Enumerable.Range(0, 1000).Select(n => n % 100 == 99 ? 60000f : 100 + (n / 100f)).ToArray();
        var scale = ZScale.Of(values);
        scale.Low.ShouldBe(100, 0.5);
        scale.High.ShouldBeInRange(105, 200);
        ZScale.Of([]).ShouldBe(new ZScale(0, 1));
        ZScale.Of([5, 5, 5]).ShouldBe(new ZScale(4, 6));
    }

    [Fact]
    public void What_a_file_does_not_hold_is_said()
    {
        var image = Write(RawFits.Image(8, [1]));
        Should.Throw<ConversionException>(() => Converted(image, FitsConverter.ToVoTable)).Message.ShouldContain("table");
        Should.Throw<ConversionException>(() => Converted(Table(), FitsConverter.ToPng)).Message.ShouldContain("image");
        Should.Throw<FitsException>(() => Converted(Write("no FITS"u8.ToArray()), FitsConverter.ToNpy));
    }

    [Fact]
    public void Nothing_is_read_of_what_only_claims_to_be_large()
    {
        var head = RawFits.Header("SIMPLE  =                    T", RawFits.Card("BITPIX", 64), RawFits.Card("NAXIS", 2), RawFits.Card("NAXIS1", 1L << 20), RawFits.Card("NAXIS2", 1L << 20));
        var path = _folder.File("bomb.fits.gz");
        using (var zip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            zip.Write(head);
        }

        Should.Throw<ConversionException>(() => Converted(path, FitsConverter.ToNpy)).Message.ShouldContain("limit");
        Should.Throw<FitsException>(() => FitsConverter.ToNpy(Write(head), Stream.Null, new ConversionLimits(long.MaxValue, long.MaxValue), default)).Message.ShouldContain("truncated");
    }

    [Fact]
    public void The_output_has_its_limit_and_cancelling_ends_it()
    {
        var path = _folder.File("l.fits");
        FitsWriter.WriteImage(path, new FitsImage(300, 300), FitsPixelType.Float32);
        Should.Throw<ConversionException>(() => FitsConverter.ToNpy(path, Stream.Null, new ConversionLimits(1 << 20, 100_000), default)).Message.ShouldContain("100000");
        Should.Throw<OperationCanceledException>(() => FitsConverter.ToNpy(path, Stream.Null, Limits, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Damaged_files_are_refused_or_converted_and_nothing_else_happens()
    {
        var image = RawFits.Image(16, [1, 2, 3, 4], "BSCALE  =                  0.5", RawFits.Card("BLANK", 3));
        var table = File.ReadAllBytes(Table());
        var random = new Random(20000428);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = (byte[])(round % 2 == 0 ? image : table).Clone();
            for (var n = random.Next(1, 5); n > 0; n--)
            {
                // Mostly the headers: that is where a file can lie.
                bytes[random.Next(bytes.Length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : "0123456789 '=TFABDEJKLMPQX-"[random.Next(27)]);
            }

            var path = Write(random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes);
            foreach (var convert in new Action<string, Stream, ConversionLimits, CancellationToken>[] { FitsConverter.ToNpy, FitsConverter.ToVoTable, FitsConverter.ToPng })
            {
                try
                {
                    convert(path, Stream.Null, Limits, default);
                }
                catch (Exception e) when (e is FitsException or ConversionException)
                {
                    e.Message.ShouldNotBeEmpty();
                }
            }
        }
    }

    /// <summary>Two rows of a double, a text, two unsigned words under a name that was there, a truth value, an integer with a null, and a scaled byte.</summary>
    private string Table()
    {
        var primary = RawFits.Header("SIMPLE  =                    T", RawFits.Card("BITPIX", 8), RawFits.Card("NAXIS", 0), "EXTEND  =                    T");
        var table = RawFits.Header(
            "XTENSION= 'BINTABLE'", RawFits.Card("BITPIX", 8), RawFits.Card("NAXIS", 2), RawFits.Card("NAXIS1", 22), RawFits.Card("NAXIS2", 2), RawFits.Card("PCOUNT", 0), RawFits.Card("GCOUNT", 1),
            RawFits.Card("TFIELDS", 6), "TTYPE1  = 'x       '           / where it is", RawFits.Card("TFORM1", "D"), RawFits.Card("TUNIT1", "deg"), RawFits.Card("TTYPE2", "na''me"), RawFits.Card("TFORM2", "4A"),
            RawFits.Card("TTYPE3", "x"), RawFits.Card("TFORM3", "2I"), RawFits.Card("TZERO3", 32768), RawFits.Card("TTYPE4", "flag"), RawFits.Card("TFORM4", "L"),
            RawFits.Card("TFORM5", "J"), RawFits.Card("TNULL5", -9), RawFits.Card("TTYPE6", "mag"), RawFits.Card("TFORM6", "B"), "TSCAL6  =                  0.5", RawFits.Card("TZERO6", 20), RawFits.Card("TUNIT6", "mag"));
        byte[] first = [0x3F, 0xF8, 0, 0, 0, 0, 0, 0, .. "a<b "u8, 0x80, 1, 0x7F, 0xFF, (byte)'T', 0xFF, 0xFF, 0xFF, 0xF9, 1];
        byte[] second = [0x7F, 0xF8, 0, 0, 0, 0, 0, 0, .. "&\u0001\0z"u8, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xF7, 0];
        var path = _folder.File("t.fits");
        File.WriteAllBytes(path, [.. primary, .. table, .. RawFits.Padded([.. first, .. second])]);
        return path;
    }

    private string Write(byte[] bytes)
    {
        var path = _folder.File("c.fits");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static byte[] Converted(string path, Action<string, Stream, ConversionLimits, CancellationToken> convert)
    {
        using var output = new MemoryStream();
        convert(path, output, Limits, default);
        return output.ToArray();
    }

    private static (string Header, byte[] Data) Npy(string path)
    {
        var bytes = Converted(path, FitsConverter.ToNpy);
        bytes[..8].ShouldBe([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0]);
        var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        return (Encoding.Latin1.GetString(bytes, 10, length), bytes[(10 + length)..]);
    }

    private static float[] Singles(byte[] data) => [.. data.Chunk(4).Select(bytes => BinaryPrimitives.ReadSingleLittleEndian(bytes))];

    /// <summary>A PNG of one IDAT chunk with rows that are not filtered; the last chunk's checksum is the one of every PNG.</summary>
    private static (int Width, int Height, byte[] Grey) Decoded(byte[] png)
    {
        Convert.ToHexString(png[^12..]).ShouldBe("0000000049454E44AE426082");
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
        var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(33));
        using var zlib = new ZLibStream(new MemoryStream(png, 41, length), CompressionMode.Decompress);
        using var rows = new MemoryStream();
        zlib.CopyTo(rows);
        return (width, height, [.. rows.ToArray().Chunk(width + 1).SelectMany(row => row.Skip(1))]);
    }
}
