namespace Dpu.Client.Addressing;

/// <summary>
/// The user's Environment of the prompt, <c>$HOME/.awe/Environment.cfg</c>: sections in brackets, then lines <c>key : value</c> or
/// <c>key = value</c>, comments behind <c>#</c> or <c>;</c> at the beginning of a line.
/// </summary>
internal static class AweEnvironment
{
    public static string PathFor(string home) => Path.Combine(home, ".awe", "Environment.cfg");

    /// <summary>The value of <c>dpu_name</c>, or null when file or key are not there.</summary>
    public static string? ReadDpuName(string home)
    {
        if (home.Length == 0)
        {
            return null;
        }

        try
        {
            return Find(File.ReadLines(PathFor(home)), "dpu_name");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnknownDpuException($"Which DPU to use cannot be read: {e.Message}", e);
        }
    }

    private static string? Find(IEnumerable<string> lines, string key)
    {
        string? value = null;
        foreach (var line in lines)
        {
            var end = line.IndexOfAny([':', '=']);
            if (end > 0 && line[0] is not ('#' or ';' or '[') && line.AsSpan(0, end).Trim().Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                // As in the prompt, the last one counts.
                value = line[(end + 1)..].Trim();
            }
        }

        return string.IsNullOrEmpty(value) ? null : value;
    }
}
