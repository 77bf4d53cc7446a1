using System.IO.Compression;
using Shouldly;
using Xunit;

namespace Dpu.Fits.Tests;

public sealed class BadFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Write(byte[] bytes)
    {
        var path = _folder.File("bad.fits");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static byte[] Good => RawFits.Image(16, new byte[8000]);

    private static byte[] Zipped(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var zip = new GZipStream(memory, CompressionLevel.Fastest))
        {
            zip.Write(bytes);
        }
        return memory.ToArray();
    }

    /// <summary>Wherever a file is cut before its last pixel, that is noticed: in the header, between blocks, in the data.</summary>
    [Fact]
    public void A_truncated_file_is_refused_wherever_it_ends()
    {
        var good = Good;
        foreach (var length in Enumerable.Range(0, 40).Select(i => i * 271).Append(2879).Append(2880).Append(2881).Append(10879))
        {
            var path = Write(good[..length]);
            var e = Should.Throw<FitsException>(() => FitsReader.ReadHeaders(path), $"cut at {length}");
            e.Message.ShouldContain("bad.fits");
            Should.Throw<FitsException>(() => FitsReader.ReadImage(path));
            Should.Throw<FitsException>(() => FitsReader.ReadAll(path));
        }
    }

    [Fact]
    public void A_truncated_gzip_file_is_refused_wherever_it_ends()
    {
        var image = new byte[8000];
        new Random(1).NextBytes(image);
        var zipped = Zipped(RawFits.Image(16, image));
        for (var length = 3; length < zipped.Length - 200; length += 211)
        {
            var path = Write(zipped[..length]);
            Should.Throw<FitsException>(() => FitsReader.ReadHeaders(path), $"cut at {length}").Message.ShouldContain("bad.fits");
        }
    }

    [Fact]
    public void Damage_inside_a_gzip_file_is_reported_as_that()
    {
        var zipped = Zipped(Good);
        for (var i = zipped.Length / 2; i < (zipped.Length / 2) + 10; i++)
        {
            zipped[i] ^= 0x5a;
        }
        Should.Throw<FitsException>(() => FitsReader.ReadHeaders(Write(zipped))).Message.ShouldContain("bad.fits");
    }

    [Fact]
    public void Only_the_fill_after_the_last_pixel_may_be_missing()
    {
        var good = Good;
        FitsReader.ReadHeaders(Write(good[..(2880 + 8000)])).Count.ShouldBe(1);
        FitsReader.ReadImage(Write(good[..(2880 + 8000)])).Pixels.Length.ShouldBe(4000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("\u0089PNG\r\n\u001a\n")]
    [InlineData("SIMPLE: a recipe that looks like a header at first sight")]
    public void A_foreign_file_is_named(string content)
    {
        var path = Write(System.Text.Encoding.Latin1.GetBytes(content.PadRight(5000)[..(content.Length == 0 ? 0 : 5000)]));
        var e = Should.Throw<FitsException>(() => FitsReader.ReadPrimaryHeader(path));
        e.Message.ShouldContain("bad.fits");
    }

    [Theory]
    [InlineData("BITPIX  =                   12", "BITPIX is 12")]
    [InlineData("BITPIX  = 'sixteen'", "BITPIX is 'sixteen'")]
    public void A_wrong_bitpix_is_said(string card, string message)
    {
        var path = Write([.. RawFits.Header("SIMPLE  =                    T", card, "NAXIS   =                    0")]);
        Should.Throw<FitsException>(() => FitsReader.ReadHeaders(path)).Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("-1", "cannot be negative")]
    [InlineData("9223372036854775807", "larger than any file")]
    [InlineData("4000000000", "truncated")]
    [InlineData("100000000", "truncated")]
    public void Impossible_axes_are_said_and_nothing_is_allocated_for_them(string axis, string message)
    {
        var path = Write([.. RawFits.Header("SIMPLE  =                    T", "BITPIX  =                   16", "NAXIS   =                    2", "NAXIS1  = " + axis, "NAXIS2  = 3"), .. new byte[2880]]);
        Should.Throw<FitsException>(() => FitsReader.ReadHeaders(path)).Message.ShouldContain(message);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<FitsException>(() => FitsReader.ReadImage(path));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1_000_000);
    }

    [Fact]
    public void A_header_that_never_ends_is_not_read_into_memory_for_ever()
    {
        var path = Write([.. "SIMPLE  =                    T"u8.ToArray(), .. Enumerable.Repeat((byte)' ', (2880 * 3) - 30)]);
        Should.Throw<FitsException>(() => FitsReader.ReadPrimaryHeader(path)).Message.ShouldContain("no END card");
    }

    [Fact]
    public void A_file_without_a_plane_says_what_it_holds()
    {
        var cube = RawFits.Header("SIMPLE  =                    T", "BITPIX  =                    8", "NAXIS   =                    3", RawFits.Card("NAXIS1", 2), RawFits.Card("NAXIS2", 3), RawFits.Card("NAXIS3", 4));
        var path = Write([.. cube, .. RawFits.Padded(new byte[24])]);
        Should.Throw<FitsException>(() => FitsReader.ReadImage(path)).Message.ShouldContain("no HDU holds a two-dimensional image");
        Should.Throw<FitsException>(() => FitsReader.ReadImage(path, 0)).Message.ShouldContain("[2, 3, 4]");
        Should.Throw<FitsException>(() => FitsReader.ReadImage(path, 1)).Message.ShouldContain("no HDU 1");
        FitsReader.ReadAll(path).Single().ShouldBeOfType<FitsImageHdu>().Image.ShouldBeNull();
    }
}
