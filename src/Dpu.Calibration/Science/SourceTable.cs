using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>The columns of a source list.</summary>
internal static class SourceTable
{
    /// <param name="wcs">Null leaves RA and DEC unknown (NaN).</param>
    /// <param name="fluxUnit">The image's BUNIT.</param>
    /// <param name="zeroPoint">Magnitude of a source of one unit of flux.</param>
    public static IReadOnlyList<SourceColumn> Columns(IReadOnlyList<Source> sources, TanWcs? wcs, string fluxUnit, double zeroPoint)
    {
        // Inside, pixels count from 0; in files, from 1.
        var sky = sources.Select(s => wcs?.PixelToSky(s.X + 1, s.Y + 1) ?? (double.NaN, double.NaN)).ToArray();
        double[] Each(Func<Source, double> value) => [.. sources.Select(value)];
        return
        [
            new("NUMBER", "", "meta.id;meta.main", "number of the source in this list", Enumerable.Range(1, sources.Count).ToArray()),
            new("X", "pixel", "pos.cartesian.x;instr.det", "windowed centroid, first pixel is 1", Each(s => s.X + 1)),
            new("Y", "pixel", "pos.cartesian.y;instr.det", "windowed centroid, first pixel is 1", Each(s => s.Y + 1)),
            new("ERR_X", "pixel", "stat.error;pos.cartesian.x", "one sigma of X", Each(s => s.XError)),
            new("ERR_Y", "pixel", "stat.error;pos.cartesian.y", "one sigma of Y", Each(s => s.YError)),
            new("X_IMAGE", "pixel", "pos.cartesian.x", "isophotal centroid as in SExtractor, first pixel is 1", Each(s => s.Shape.X + 1)),
            new("Y_IMAGE", "pixel", "pos.cartesian.y", "isophotal centroid as in SExtractor, first pixel is 1", Each(s => s.Shape.Y + 1)),
            new("RA", "deg", "pos.eq.ra;meta.main", "right ascension of X, Y", sky.Select(s => s.Item1).ToArray()),
            new("DEC", "deg", "pos.eq.dec;meta.main", "declination of X, Y", sky.Select(s => s.Item2).ToArray()),
            .. Fluxes(Each, fluxUnit, zeroPoint),
            .. Shapes(Each),
            new("SNR", "", "stat.snr", "FLUX_AUTO over its error", Each(s => s.FluxAuto.SignalToNoise)),
            new("PEAK", fluxUnit, "phot.count;stat.max", "brightest pixel above the background", Each(s => s.Peak)),
            new("BACKGROUND", fluxUnit, "instr.background", "background per pixel at the source", Each(s => s.Background)),
            new("AREA", "pixel", "phys.angArea", "pixels above the detection level", sources.Select(s => s.Shape.Area).ToArray()),
            new("FLAGS", "", "meta.code.qual", FlagsHelp, sources.Select(s => (int)s.Flags).ToArray()),
        ];
    }

    private const string FlagsHelp =
        "1 crowded, 2 blended, 4 saturated, 8 at the edge, 16 aperture incomplete, 32 bad pixel, 64 position isophotal";

    private static IEnumerable<SourceColumn> Fluxes(Func<Func<Source, double>, double[]> each, string unit, double zeroPoint)
    {
        yield return new("FLUX_APER", unit, "phot.count", "flux in a circle of the list's aperture", each(s => s.FluxAper.Value));
        yield return new("FLUXERR_APER", unit, "stat.error;phot.count", "one sigma of FLUX_APER", each(s => s.FluxAper.Error));
        yield return new("FLUX_AUTO", unit, "phot.count;meta.main", "flux in the Kron ellipse", each(s => s.FluxAuto.Value));
        yield return new("FLUXERR_AUTO", unit, "stat.error;phot.count", "one sigma of FLUX_AUTO", each(s => s.FluxAuto.Error));
        yield return new("FLUX_ISO", unit, "phot.count", "flux of the pixels above the detection level", each(s => s.FluxIso.Value));
        yield return new("FLUXERR_ISO", unit, "stat.error;phot.count", "one sigma of FLUX_ISO", each(s => s.FluxIso.Error));
        yield return new("MAG", "mag", "phot.mag;meta.main", "zero point - 2.5 log10 FLUX_AUTO", each(s => Magnitude(s.FluxAuto.Value, zeroPoint)));
        yield return new("MAGERR", "mag", "stat.error;phot.mag", "one sigma of MAG", each(s => MagnitudeError(s.FluxAuto)));
    }

    private static IEnumerable<SourceColumn> Shapes(Func<Func<Source, double>, double[]> each)
    {
        yield return new("KRON_RADIUS", "", "phys.size.radius", "Kron aperture in units of A and B", each(s => s.KronRadius));
        yield return new("FLUX_RADIUS", "pixel", "phys.angSize", "radius that holds half of FLUX_AUTO", each(s => s.HalfLightRadius));
        yield return new("FWHM", "pixel", "phys.angSize", "width at half maximum of the windowed Gaussian", each(s => s.Fwhm));
        yield return new("A", "pixel", "phys.angSize.smajAxis", "rms width along the major axis", each(s => s.Shape.A));
        yield return new("B", "pixel", "phys.angSize.sminAxis", "rms width along the minor axis", each(s => s.Shape.B));
        yield return new("THETA", "deg", "pos.posAng", "major axis from x towards y", each(s => s.Shape.Theta * 180 / Math.PI));
        yield return new("ELLIPTICITY", "", "src.ellipticity", "1 - B / A", each(s => s.Shape.Ellipticity));
    }

    private static double Magnitude(double flux, double zeroPoint) => flux > 0 ? zeroPoint - (2.5 * Math.Log10(flux)) : double.NaN;

    private static double MagnitudeError(Measured flux) => flux.Value > 0 ? 2.5 / Math.Log(10) * flux.Error / flux.Value : double.NaN;
}
