using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Photometry;
using Dpu.Calibration.Tests.Science;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Judges;

/// <summary><c>PSF</c> against PSFEx on the same frames.</summary>
public sealed class PsfexTests(Observatory desk) : IClassFixture<Observatory>, IDisposable
{
    private readonly SkyFrames _files = new(desk);

    public void Dispose() => _files.Dispose();

    [PsfexTheory]
    [InlineData(3.0)]
    [InlineData(4.5)]
    public void Both_measure_the_same_width(double fwhm)
    {
        var frame = new StarField(_files, seed: 2, brightest: 14.6).Frame(new("one") { Fwhm = fwhm });
        var (ours, theirs) = (_files.Run("psf", "image", [frame]), _files.Run("psf-psfex", "image", [frame]));

        // Its model is a table of pixels, from which the width is read: a few hundredths.
        theirs.Figure("psf", "fwhm").ShouldBe(fwhm, 0.05 * fwhm);
        theirs.Figure("psf", "fwhm").ShouldBe(ours.Figure("psf", "fwhm"), 0.05 * fwhm);
        theirs.Figure("psf", "ellipticity").ShouldBe(0, 0.03);
        theirs.Figure("psf", "stars").ShouldBeGreaterThan(10);
        var picture = FitsReader.ReadImage(theirs.PathOf("psf"));
        picture.Pixels.Sum().ShouldBe(1, 1e-4f);
        picture.Pixels[^1].ShouldBe(0, 0.002f);
        picture.Row(picture.Height / 2)[picture.Width / 2].ShouldBe(picture.Pixels.Max());
        FitsReader.ReadTable(theirs.PathOf("psf"))["FWHM"].RowCount.ShouldBe((int)theirs.Figure("psf", "stars"));
        FitsReader.ReadTable(theirs.PathOf("psf")).Columns.Select(column => column.Name).ShouldBe(FitsReader.ReadTable(ours.PathOf("psf")).Columns.Select(column => column.Name));
    }

    [PsfexTheory]
    [InlineData("ORDER", "4", 2, "0 to 3 is needed")]
    [InlineData("STARS_MIN", "5000", 65, "5000 are needed")]
    public void What_cannot_be_is_said_in_a_sentence(string parameter, string value, int exitCode, string sentence)
    {
        var frame = new StarField(_files, seed: 2, brightest: 14.6).Frame(new("one"));
        var run = _files.Try("psf-psfex", "image", [frame], new() { ["PSF.process_params." + parameter] = value });

        run.ExitCode.ShouldBe(exitCode, run.Errors);
        run.Errors.ShouldContain(sentence);
    }
}
