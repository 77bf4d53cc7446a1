namespace Dpu.Fits;

/// <summary>
/// Writes FITS files with DATASUM and CHECKSUM. A file appears whole or not at all: it is written under a temporary name beside its
/// place, forced to disk and renamed.
/// </summary>
public static class FitsWriter
{
    public static void WriteImage(string path, FitsImage image, FitsPixelType type = FitsPixelType.Float32) =>
        Write(path, [new FitsImageHdu(image, type)]);

    /// <summary>Writes a table; the primary HDU holds a header only.</summary>
    public static void WriteTable(string path, FitsHeader primary, FitsTable table) =>
        Write(path, [new FitsImageHdu(primary), new FitsTableHdu(table)]);

    /// <summary>Writes HDUs in order; the first is an image or a header without data.</summary>
    public static void Write(string path, IReadOnlyList<FitsHdu> hdus)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(hdus);
        if (hdus.Count == 0 || hdus[0] is not FitsImageHdu)
        {
            throw new ArgumentException("The first HDU of a FITS file is an image or a header without data.", nameof(hdus));
        }
        var full = Path.GetFullPath(path);
        var temporary = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Environment.ProcessId}.tmp");
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1))
            {
                for (var i = 0; i < hdus.Count; i++)
                {
                    HduWriter.Write(file, hdus[i], i, hasExtensions: hdus.Count > 1);
                }
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
