using Dpu.Fits;

namespace Dpu.Calibration.Simulation;

/// <summary>The cards of a raw frame, as the archive's are named; times in UTC, angles in degrees.</summary>
internal static class FrameHeader
{
    private const double SaturationCounts = 55_000;

    public static FitsHeader Make(SimulationOptions options, Camera camera, Detector chip, FramePlan plan, (double Ra, double Dec) pointing, TanWcs wcs)
    {
        var header = new FitsHeader();
        header.Set("ORIGIN", "SIMULATION", "made by dpu-calibration simulate");
        header.Set("TELESCOP", "MPI-2.2", "");
        header.Set("INSTRUME", "WFI", "");
        header.Set("CHIP", Camera.Name(chip.Chip), "name of the CCD");
        header.Set("CCD", Camera.Name(chip.Chip), "name of the CCD");
        header.Set("OBJECT", ObjectOf(plan), "");
        header.Set("IMAGETYP", plan.Type, "bias, dark, domeflat, twilightflat or science");
        SetExposure(header, options, plan);
        SetDetector(header, options, camera, chip);
        if (plan.Type == "science")
        {
            SetPointing(header, options, plan, pointing);
            wcs.WriteTo(header);
            header.Set("RADESYS", "ICRS", "");
            header.Set("EQUINOX", 2000.0, "");
        }
        header.Set("SIMSEED", (long)options.Seed, "seed of the simulation");
        return header;
    }

    private static void SetExposure(FitsHeader header, SimulationOptions options, FramePlan plan)
    {
        header.Set("DATE-OBS", $"{plan.Start:yyyy-MM-ddTHH:mm:ss.fff}", "start of the exposure, UTC");
        header.Set("TIMESYS", "UTC", "");
        header.Set("MJD-OBS", (plan.Start - new DateTime(1858, 11, 17, 0, 0, 0, DateTimeKind.Utc)).TotalDays, "start of the exposure");
        header.Set("EXPTIME", plan.ExposureSeconds, "[s] exposure time");
        header.Set("EXPID", plan.ExposureId, "shared by the chips of one exposure");
        if (plan.Type is not ("bias" or "dark"))
        {
            header.Set("FILTER", options.Filter, "");
        }
    }

    private static void SetDetector(FitsHeader header, SimulationOptions options, Camera camera, Detector chip)
    {
        var first = Camera.OverscanColumns + 1;
        var last = Camera.OverscanColumns + camera.DataWidth;
        header.Set("BUNIT", "adu", "");
        header.Set("GAIN", Math.Round(chip.Gain, 4), "[electron/adu]");
        header.Set("RDNOISE", Math.Round(chip.ReadNoise * chip.Gain, 4), "[electron] as the detector's data sheet has it");
        header.Set("SATURATE", SaturationCounts, "[adu] not linear above");
        header.Set("DATASEC", $"[{first}:{last},1:{options.Height}]", "light-sensitive part");
        header.Set("TRIMSEC", $"[{first}:{last},1:{options.Height}]", "part to keep");
        header.Set("BIASSEC", $"[{last + 1}:{options.Width},1:{options.Height}]", "overscan");
        header.Set("PRESEC", $"[1:{Camera.OverscanColumns},1:{options.Height}]", "prescan");
        header.Set("PIXSCALE", Camera.Scale, "[arcsec/pixel]");
    }

    private static void SetPointing(FitsHeader header, SimulationOptions options, FramePlan plan, (double Ra, double Dec) pointing)
    {
        header.Set("RA", pointing.Ra, "[deg] telescope");
        header.Set("DEC", pointing.Dec, "[deg] telescope");
        header.Set("RA_TARG", Camera.TargetRa, "[deg] target, the same for all dithers");
        header.Set("DEC_TARG", Camera.TargetDec, "[deg] target, the same for all dithers");
        header.Set("AIRMASS", SkyEffects.Airmass(options, plan.Number), "at the start");
    }

    private static string ObjectOf(FramePlan plan) => plan.Type switch
    {
        "bias" => "BIAS",
        "dark" => "DARK",
        "domeflat" => "FLAT,DOME",
        "twilightflat" => "FLAT,SKY",
        _ => $"CDF4_B_{plan.Number}",
    };
}
