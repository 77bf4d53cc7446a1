using Dpu.Calibration.Imaging;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Imaging;

public sealed class QuickLookTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("quicklook").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_png_decodes_to_what_was_written()
    {
        var pixels = new byte[7 * 5];
        new Random(1).NextBytes(pixels);
        var path = Path.Combine(_directory, "a.png");

        Png.WriteGrey(path, pixels, 7, 5);

        var (read, width, height) = PngDecoder.Read(path);
        (width, height).ShouldBe((7, 5));
        read.ShouldBe(pixels);
        Directory.GetFiles(_directory).ShouldBe([path], "no temporary file remains");
    }

    [Fact]
    public void The_first_row_is_at_the_bottom_and_nan_is_black()
    {
        var image = Noise(64, 48, sky: 100, sigma: 2);
        image[(3 * 64) + 10] = 5000;
        image[(40 * 64) + 20] = float.NaN;

        var (grey, width, height) = Show(image, 64, 48);

        (width, height).ShouldBe((64, 48));
        grey[((47 - 3) * 64) + 10].ShouldBe((byte)255, "the brightest pixel");
        Array.IndexOf(grey, (byte)0).ShouldBe(((47 - 40) * 64) + 20, "only NaN is black");
        Array.FindAll(grey, g => g == 0).Length.ShouldBe(1);
    }

    [Fact]
    public void A_brighter_pixel_is_never_shown_darker()
    {
        var image = Noise(64, 64, sky: 1000, sigma: 10);
        var (grey, _, _) = Show(image, 64, 64);
        var order = Enumerable.Range(0, 64 * 64).OrderBy(i => image[i])
            .Select(i => grey[((63 - (i / 64)) * 64) + (i % 64)]).ToArray();
        order.Zip(order.Skip(1)).ShouldAllBe(pair => pair.First <= pair.Second);
    }

    [Theory]
    [InlineData(1024, 20, 1024, 20)]
    [InlineData(1025, 300, 513, 150)]
    [InlineData(2200, 2201, 734, 734)]
    public void Large_images_are_averaged_to_at_most_1024_pixels(int width, int height, int shownWidth, int shownHeight)
    {
        var (_, w, h) = Show(new float[width * height], width, height);
        (w, h).ShouldBe((shownWidth, shownHeight));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(0f)]
    [InlineData(-3e30f)]
    public void A_constant_image_is_one_grey(float value)
    {
        var image = new float[100];
        Array.Fill(image, value);
        Show(image, 10, 10).Grey.Distinct().Count().ShouldBe(1);
    }

    private (byte[] Grey, int Width, int Height) Show(float[] image, int width, int height)
    {
        var path = Path.Combine(_directory, "q.png");
        QuickLook.Write(path, image, width, height);
        return PngDecoder.Read(path);
    }

    private static float[] Noise(int width, int height, double sky, double sigma)
    {
        var random = new Random(5);
        return Enumerable.Range(0, width * height).Select(_ => (float)(sky + (sigma * Gaussian.Next(random)))).ToArray();
    }
}
