using System.Diagnostics;
using Xunit;

namespace Dpu.System.Tests.Commands;

/// <summary>Another reader of FITS and VOTable files than our own: the one that astronomers use.</summary>
internal static class Astropy
{
    public const string Python = "/usr/bin/python3";

    /// <summary>Opens every file, reads all data, checks the checksums and holds each header to the standard. Prints how many there were.</summary>
    public const string Verify = """
        import sys, warnings
        from astropy.io import fits
        warnings.simplefilter("error")
        for path in sys.argv[1:]:
            with fits.open(path, checksum=True) as hdus:
                hdus.verify("exception")
                for hdu in hdus:
                    hdu.data
                    assert "CHECKSUM" in hdu.header and "DATASUM" in hdu.header, path
        print(len(sys.argv) - 1)
        """;

    public const string VerifyVoTable = """
        import sys
        from astropy.io.votable import parse
        table = parse(sys.argv[1], verify="exception").get_first_table()
        assert len(table.array) > 0
        """;

    public static bool IsThere { get; } = Probe();

    private static bool Probe()
    {
        try
        {
            using var probe = Process.Start(new ProcessStartInfo(Python, ["-c", "import astropy.io.fits"]) { RedirectStandardError = true })!;
            probe.WaitForExit();
            return probe.ExitCode == 0;
        }
        catch (global::System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>A test that asks astropy.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithAstropyAttribute : FactAttribute
{
    public FactWithAstropyAttribute()
    {
        if (!Astropy.IsThere)
        {
            Skip = "astropy is not there (apt-get install python3-astropy).";
        }
    }
}
