using Dpu.Calibration.Contract;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Imaging;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Astrometry;

/// <summary>What cannot work ends with one sentence that says what would be right, and makes nothing.</summary>
public sealed class AstrometryFailureTests(Observatory desk) : IClassFixture<Observatory>
{
    [Fact]
    public void The_documents_call_says_what_to_do_where_the_catalog_is_not_installed()
    {
        using var field = new StarField(desk, 53.1, -27.8, count: 40);
        Refused(field, field.Frame("a", field.Wcs(), field.Wcs()), StarField.RefCat("USNO-B1.0"))
            .ShouldContain("The reference catalog 'USNO-B1.0' is not installed on this node: no catalog is. Put its stars around the field as a FITS table or VOTable");
    }

    [Fact]
    public void Without_any_catalog_the_ways_to_name_one_are_said()
    {
        using var field = new StarField(desk, 53.1, -27.8, count: 40);
        Refused(field, field.Frame("a", field.Wcs(), field.Wcs()), []).ShouldContain("No reference catalog is named and none is registered: set AstrometricParameters.process_params.REFCAT to");
    }

    [Fact]
    public void A_path_to_nothing_is_named()
    {
        using var field = new StarField(desk, 53.1, -27.8, count: 40);
        Refused(field, field.Frame("a", field.Wcs(), field.Wcs()), StarField.RefCat("/nowhere/gaia.fits")).ShouldContain("The reference catalog /nowhere/gaia.fits is not there");
    }

    [Fact]
    public void A_catalog_of_other_stars_is_told_from_a_wrong_pointing_by_nobody_but_recognised_by_neither()
    {
        using var field = new StarField(desk, 53.1, -27.8, count: 420);
        using var other = new StarField(desk, 53.1, -27.8, count: 420, seed: 99);
        Refused(field, field.Frame("a", field.Wcs(), field.Wcs()), StarField.RefCat(field.FitsCatalog(other.Catalog()))).ShouldContain("a.fits is not recognised in reference.fits");
    }

    [Fact]
    public void A_catalog_of_another_field_is_said_to_cover_nothing()
    {
        using var field = new StarField(desk, 53.1, -27.8, count: 200);
        using var other = new StarField(desk, 233.1, 27.8, count: 200);
        Refused(field, field.Frame("a", field.Wcs(), field.Wcs()), StarField.RefCat(field.FitsCatalog(other.Catalog()))).ShouldContain("The reference catalog reference.fits has 0 stars within");
    }

    [Fact]
    public void A_frame_without_stars_is_said_to_have_too_few()
    {
        using var field = new StarField(desk, 53.1, -27.8, count: 200);
        using var empty = new StarField(desk, 53.1, -27.8, count: 0);
        Refused(field, empty.Frame("dark", field.Wcs(), field.Wcs()), StarField.RefCat(field.FitsCatalog(field.Catalog()))).ShouldContain("dark.fits has 0 sources above 10 sigma that are whole; 5 are needed");
    }

    [Fact]
    public void A_frame_of_nothing_but_bad_pixels_is_named()
    {
        using var field = new StarField(desk, 53.1, -27.8, count: 200);
        var blank = TestSky.Blank(100, 100, float.NaN);
        field.Wcs().WriteTo(blank.Header);
        Refused(field, field.Files.Write("blank", blank, "reduced"), StarField.RefCat(field.FitsCatalog(field.Catalog()))).ShouldContain("blank.fits: no part of the image has enough good pixels");
    }

    [Fact]
    public void A_frame_without_coordinates_is_named()
    {
        using var field = new StarField(desk, 53.1, -27.8, count: 200);
        var run = field.Files.Try("astrometry", "reduced", [field.Files.Write("nowhere", TestSky.Blank(100, 100, 5, 1), "reduced")], StarField.RefCat(field.FitsCatalog(field.Catalog())));
        run.ExitCode.ShouldNotBe(0);
        run.Errors.ShouldContain("nowhere.fits");
        run.Errors.ShouldContain("CTYPE1");
    }

    [Theory]
    [InlineData("DEGREE", "6", "a number from 1 to 5 is needed")]
    [InlineData("DEGREE", "two", "an integer is needed")]
    [InlineData("MATCH_RADIUS", "0", "a number above 0 is needed")]
    [InlineData("POINTING_ERROR", "3600", "more than 300 times AstrometricParameters.process_params.MATCH_RADIUS (2)")]
    [InlineData("SCALE_ERROR", "-1", "a number from 0 on is needed")]
    [InlineData("REF_CAT", "x", "did you mean AstrometricParameters.process_params.REFCAT?")]
    public void A_wrong_parameter_is_refused(string name, string value, string said)
    {
        using var field = new StarField(desk, 53.1, -27.8, count: 40);
        var run = field.Files.Try("astrometry", "reduced", [field.Frame("a", field.Wcs(), field.Wcs())], StarField.RefCat("x", (name, value)));
        run.ExitCode.ShouldBe(RecipeException.WrongInput);
        run.Errors.ShouldContain(said);
    }

    [Fact]
    public void A_misspelt_column_is_told_with_the_nearest()
    {
        using var field = new StarField(desk, 53.1, -27.8, count: 200);
        var catalog = field.FitsCatalog(field.Catalog(), ra: "LONGITUDE", dec: "LATITUDE");
        var frame = field.Frame("a", field.Wcs(), field.Wcs());
        Refused(field, frame, StarField.RefCat(catalog)).ShouldContain("has no columns of right ascension and declination that can be recognised; it has LONGITUDE, LATITUDE, MAG");
        Refused(field, frame, StarField.RefCat(catalog, ("RA_COLUMN", "LONGITUDES"), ("DEC_COLUMN", "LATITUDE"))).ShouldContain("has no column of numbers 'LONGITUDES'; did you mean 'LONGITUDE'?");
        field.Files.Run("astrometry", "reduced", [frame], StarField.RefCat(catalog, ("RA_COLUMN", "longitude"), ("DEC_COLUMN", "latitude")));
    }

    private static string Refused(StarField field, TaskInput frame, Dictionary<string, string> pars)
    {
        var run = field.Files.Try("astrometry", "reduced", [frame], pars);
        run.ExitCode.ShouldBe(RecipeException.BadData, run.Errors);
        run.Errors.Trim().ShouldNotContain('\n');
        File.Exists(Path.Combine(run.Folder, ResultsWriter.FileName)).ShouldBeFalse();
        return run.Errors;
    }
}
