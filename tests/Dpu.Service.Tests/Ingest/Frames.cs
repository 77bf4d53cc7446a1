using System.Globalization;
using Dpu.Fits;

namespace Dpu.Service.Tests.Ingest;

/// <summary>Small raw frames with the cards of the simulated camera.</summary>
internal static class Frames
{
    public static string Write(string folder, string name, Action<FitsHeader>? change = null, float level = 1000)
    {
        var header = new FitsHeader();
        header.Set("INSTRUME", "WFI");
        header.Set("ORIGIN", "SIMULATION");
        header.Set("IMAGETYP", "bias");
        header.Set("CCD", "ccd50");
        header.Set("DATE-OBS", "2000-04-29T03:04:05.250");
        header.Set("EXPTIME", 0.0);
        header.Set("EXPID", "exposure-1");

        // No two frames are the same file unless a test wants them to be.
        header.Set("SERIAL", Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture));
        change?.Invoke(header);
        var image = new FitsImage(16, 12, header);
        Array.Fill(image.Pixels, level);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name);
        FitsWriter.WriteImage(path, image, FitsPixelType.Int16);
        return path;
    }
}
