using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Fits.Tests;

public sealed class ImageTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private FitsImage Read(byte[] file)
    {
        var path = _folder.File("i.fits");
        File.WriteAllBytes(path, file);
        return FitsReader.ReadImage(path);
    }

    public static TheoryData<FitsPixelType, long, long> Ranges => new()
    {
        { FitsPixelType.UInt8, 0, 255 },
        { FitsPixelType.Int8, -128, 127 },
        { FitsPixelType.Int16, short.MinValue, short.MaxValue },
        { FitsPixelType.UInt16, 0, ushort.MaxValue },
        // Single precision holds every integer up to 2^24.
        { FitsPixelType.Int32, -(1 << 24), 1 << 24 },
        { FitsPixelType.UInt32, 0, 1 << 24 },
        { FitsPixelType.Int64, -(1 << 24), 1 << 24 },
        { FitsPixelType.Float32, -(1 << 24), 1 << 24 },
        { FitsPixelType.Float64, -(1 << 24), 1 << 24 },
    };

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Whole_numbers_of_every_type_come_back(FitsPixelType type, long low, long high)
    {
        var path = _folder.File("r.fits");
        var sizes = Gen.Choose(1, 70).SelectMany(_ => Gen.Choose(1, 40), (w, h) => (w, h));
        var images = sizes.SelectMany(s => Gen.Choose((int)low, (int)high).Select(v => (float)v).ArrayOf(s.w * s.h), (s, p) => new FitsImage(s.w, s.h, p));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(40), Prop.ForAll(images.ToArbitrary(), image =>
        {
            FitsWriter.WriteImage(path, image, type);
            var back = FitsReader.ReadImage(path);
            return (back.Width, back.Height) == (image.Width, image.Height)
                && back.Pixels.AsSpan().SequenceEqual(image.Pixels)
                && new FileInfo(path).Length % 2880 == 0
                && Checksums.AreRight(path);
        }));
    }

    [Theory]
    [InlineData(FitsPixelType.Float32)]
    [InlineData(FitsPixelType.Float64)]
    public void Any_float_comes_back_to_the_bit(FitsPixelType type)
    {
        var path = _folder.File("f.fits");
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(ArbMap.Default.ArbFor<float[]>(), values =>
        {
            if (values.Length == 0)
            {
                return true;
            }
            FitsWriter.WriteImage(path, new FitsImage(values.Length, 1, values), type);
            return FitsReader.ReadImage(path).Pixels.AsSpan().SequenceEqual(values);
        }));
    }

    [Fact]
    public void Stored_integers_are_scaled_by_bscale_and_bzero_and_blank_has_no_value()
    {
        byte[] data = [0x00, 0x02, 0xff, 0xff, 0x80, 0x00];
        var image = Read(RawFits.Image(16, data, "BSCALE  = 0.5", "BZERO   = 10.25", RawFits.Card("BLANK", -32768)));
        image.Pixels.ShouldBe([11.25f, 9.75f, float.NaN]);
    }

    [Fact]
    public void The_unsigned_convention_is_read_whole_words_at_a_time_and_to_the_last_pixel()
    {
        // More than one vector, and a rest.
        var values = Enumerable.Range(0, 1000).Select(i => i * 65).ToArray();
        var data = new byte[2000];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(2 * i), (ushort)(values[i] ^ 0x8000));
        }
        Read(RawFits.Image(16, data, RawFits.Card("BZERO", 32768))).Pixels.ShouldBe(values.Select(v => (float)v));
    }

    [Theory]
    [InlineData(8, "80ff", new[] { 128f, 255f })]
    [InlineData(32, "0000000a fffffff6", new[] { 10f, -10f })]
    [InlineData(64, "0000000000000005 ffffffffffffffff", new[] { 5f, -1f })]
    [InlineData(-32, "3f800000 7fc00000", new[] { 1f, float.NaN })]
    [InlineData(-64, "3ff8000000000000 c000000000000000", new[] { 1.5f, -2f })]
    public void Every_bitpix_is_read_big_endian(int bitPix, string hex, float[] expected) =>
        Read(RawFits.Image(bitPix, Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)))).Pixels.ShouldBe(expected);

    [Fact]
    public void Integers_are_rounded_kept_in_range_and_blank_where_there_is_no_value()
    {
        var path = _folder.File("b.fits");
        FitsWriter.WriteImage(path, new FitsImage(5, 1, [1.6f, -40000, 40000, float.NaN, -32768]), FitsPixelType.Int16);
        var back = FitsReader.ReadImage(path);
        // The lowest code stands for "no value", so that the lowest value moves up by one.
        back.Pixels.ShouldBe([2, -32767, 32767, float.NaN, -32767]);
        back.Header.GetInt64("BLANK").ShouldBe(-32768);
    }

    [Fact]
    public void Extremes_of_64_bits_saturate()
    {
        var path = _folder.File("x.fits");
        FitsWriter.WriteImage(path, new FitsImage(2, 1, [1e30f, -1e30f]), FitsPixelType.Int64);
        FitsReader.ReadImage(path).Pixels.ShouldBe([9.223372e18f, -9.223372e18f]);
    }

    [Fact]
    public void Structural_cards_of_another_file_are_not_copied()
    {
        var header = new FitsHeader();
        header.Set("BSCALE", 3.0);
        header.Set("NAXIS3", 7L);
        header.Set("TFORM1", "1D");
        header.Set("CHECKSUM", "wrong");
        header.Set("OBJECT", "M 31");
        var path = _folder.File("s.fits");
        FitsWriter.WriteImage(path, new FitsImage(2, 1, [1, 2], header));
        var back = FitsReader.ReadImage(path);
        back.Pixels.ShouldBe([1, 2]);
        back.Header.GetString("OBJECT").ShouldBe("M 31");
        back.Header.Contains("NAXIS3").ShouldBeFalse();
        back.Header.Contains("TFORM1").ShouldBeFalse();
        Checksums.AreRight(path).ShouldBeTrue();
    }

    [Fact]
    public void Rows_are_read_in_order_a_few_at_a_time()
    {
        var path = _folder.File("rows.fits");
        var pixels = Enumerable.Range(0, 30).Select(i => (float)i).ToArray();
        FitsWriter.WriteImage(path, new FitsImage(3, 10, pixels), FitsPixelType.UInt16);
        using var reader = FitsRowReader.Open(path);
        var (four, six) = (new float[12], new float[18]);
        reader.ReadRows(four);
        reader.NextRow.ShouldBe(4);
        reader.ReadRows(six);
        four.Concat(six).ShouldBe(pixels);
        Should.Throw<ArgumentException>(() => reader.ReadRows(new float[3]));
    }

    [Fact]
    public void A_failed_write_leaves_what_was_there()
    {
        var path = _folder.File("old.fits");
        FitsWriter.WriteImage(path, new FitsImage(1, 1, [5]));
        var header = new FitsHeader();
        header.Set("HIERARCH A KEY THAT LEAVES NO ROOM", new string('x', 70));
        Should.Throw<FitsException>(() => FitsWriter.WriteImage(path, new FitsImage(1, 1, [6], header)));
        FitsReader.ReadImage(path).Pixels.ShouldBe([5]);
        Directory.GetFiles(_folder.Path).ShouldBe([path]);
    }
}
