namespace Dpu.Hocon.Syntax;

/// <summary>Which files an include names.</summary>
internal static class IncludePaths
{
    /// <summary>The existing files, in the order in which they are merged.</summary>
    public static IReadOnlyList<string> Of(IncludeRequest request, string? directory)
    {
        Refuse(request);
        if (directory is null && !Path.IsPathRooted(request.Name))
        {
            throw new HoconException(request.Origin, "only a file can include by a relative name; write an absolute path");
        }

        string path = Path.Combine(directory ?? "", request.Name);
        string[] found = [.. Candidates(path).Where(File.Exists)];
        if (found.Length == 0 && Directory.Exists(path))
        {
            throw new HoconException(request.Origin, $"{request.Name} is a directory; include the files in it one by one");
        }

        return found.Length > 0 || !request.Required
            ? found
            : throw new HoconException(request.Origin, $"the required file {path} does not exist; create it, or leave out required(...)");
    }

    /// <summary>A name without extension stands for all formats: JSON first, so that HOCON wins.</summary>
    private static IEnumerable<string> Candidates(string path) =>
        Path.HasExtension(path) || File.Exists(path) ? [path] : [path + ".json", path + ".conf"];

    private static void Refuse(IncludeRequest request)
    {
        if (request.Name.Length == 0 || request.Name.Contains('\0', StringComparison.Ordinal))
        {
            throw new HoconException(request.Origin, "include needs a file name");
        }

        if (request.Name.Contains("://", StringComparison.Ordinal) || request.Name.StartsWith("file:", StringComparison.Ordinal))
        {
            throw new HoconException(request.Origin, "an include of an address is not supported; include a file by its path");
        }

        if (request.Name.EndsWith(".properties", StringComparison.Ordinal))
        {
            throw new HoconException(request.Origin, "Java properties files are not supported; rename the file to .conf and quote its values");
        }
    }
}
