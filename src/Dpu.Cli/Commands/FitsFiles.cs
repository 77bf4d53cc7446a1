namespace Dpu.Cli.Commands;

/// <summary>The files that a path of a command line stands for.</summary>
internal static class FitsFiles
{
    private static readonly string[] Endings = [".fits", ".fit", ".fts", ".fits.gz", ".fit.gz", ".fts.gz", ".fits.fz"];

    /// <summary>
    /// A directory's FITS files with all below it, in order of their names; any other path is itself, whatever its name and
    /// whether or not it is on this machine: the DPU tells.
    /// </summary>
    public static IEnumerable<string> Under(string path)
    {
        if (path.Length == 0)
        {
            throw new UsageException("An empty text is no path.");
        }

        var full = Path.GetFullPath(path);
        return !Directory.Exists(full)
            ? [full]
            : Directory.EnumerateFiles(full, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false })
                .Where(file => Endings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
                .Order(StringComparer.Ordinal);
    }
}
