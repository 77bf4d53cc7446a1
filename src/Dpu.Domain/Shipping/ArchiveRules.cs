using System.Globalization;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Shipping;

/// <summary>
/// What an archive of code may hold: files and folders, each once, inside the tree, and not too much of it. Everything else is refused as a whole; nothing is mended
/// or left out, so that what runs is what was shipped.
/// </summary>
public static class ArchiveRules
{
    private const long WorthARatioBytes = 1 << 20;
    private const int EntryRatioMax = 300;
    private const long WorthATotalRatioBytes = 16 << 20;
    private const int TotalRatioMax = 100;

    /// <summary>The first thing that is wrong, as a sentence without its beginning (<c>it holds …</c>); null for an archive that may be unpacked.</summary>
    public static string? FlawOf(IReadOnlyList<ArchiveEntry> entries, ArchiveLimits limits)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(limits);
        if (entries.Count == 0)
        {
            return "it holds nothing";
        }

        if (entries.Count > limits.EntriesMax)
        {
            return TooMany(limits);
        }

        foreach (var entry in entries)
        {
            if (FlawOf(entry) is { } flaw)
            {
                return $"it holds '{ArchiveNames.Shown(entry.Name)}', which {flaw}";
            }
        }

        return FlawOfSizes(entries, limits) ?? FlawOfPlaces(entries, limits);
    }

    private static string TooMany(ArchiveLimits limits) => string.Create(CultureInfo.InvariantCulture, $"it holds more than {limits.EntriesMax} files and folders");

    private static string? FlawOf(ArchiveEntry entry) => ArchiveNames.FlawOf(entry.Name) ?? entry switch
    {
        { OtherKind: { } kind } => $"is {kind}; an archive of code holds files and folders only",
        { IsFolder: true, IsMarkedAsFile: true } => "is called a folder and marked as a file",
        { IsFolder: false, IsMarkedAsFolder: true } => "is called a file and marked as a folder",
        { IsFolder: true, SizeBytes: > 0 } => "is a folder with content",
        { SizeBytes: < 0 } or { CompressedBytes: < 0 } => "has a size below zero",
        _ when IsBomb(entry.SizeBytes, entry.CompressedBytes, WorthARatioBytes, EntryRatioMax) =>
            $"would become {ByteSize.Text(entry.SizeBytes)} of {ByteSize.Text(entry.CompressedBytes)}: it is taken for a bomb",
        _ => null,
    };

    private static bool IsBomb(long size, long compressed, long worth, int ratio) => size > worth && size / ratio > compressed;

    private static string? FlawOfSizes(IReadOnlyList<ArchiveEntry> entries, ArchiveLimits limits)
    {
        var (size, compressed) = (0L, 0L);
        foreach (var entry in entries)
        {
            // One at a time: sizes that are lies could be so large that their sum is small.
            if (entry.SizeBytes > limits.UnpackedBytesMax || (size += entry.SizeBytes) > limits.UnpackedBytesMax)
            {
                return $"it would become more than {ByteSize.Text(limits.UnpackedBytesMax)}";
            }

            compressed += entry.CompressedBytes;
        }

        return IsBomb(size, compressed, WorthATotalRatioBytes, TotalRatioMax) ? $"it would become {ByteSize.Text(size)} of {ByteSize.Text(compressed)}: it is taken for a bomb" : null;
    }

    /// <summary>Each place once: as a file or as a folder, in one spelling, which goes for every folder on its way too.</summary>
    private static string? FlawOfPlaces(IReadOnlyList<ArchiveEntry> entries, ArchiveLimits limits)
    {
        var places = new Dictionary<string, (string Path, bool IsFolder, bool IsNamed)>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var path = entry.IsFolder ? entry.Name[..^1] : entry.Name;
            for (var end = path.IndexOf('/', StringComparison.Ordinal); end > 0; end = path.IndexOf('/', end + 1))
            {
                if (Take(places, path[..end], isFolder: true, isNamed: false) is { } clash)
                {
                    return clash;
                }
            }

            if (Take(places, path, entry.IsFolder, isNamed: true) is { } taken)
            {
                return taken;
            }

            if (places.Count > limits.EntriesMax)
            {
                return TooMany(limits);
            }
        }

        return null;
    }

    private static string? Take(Dictionary<string, (string Path, bool IsFolder, bool IsNamed)> places, string path, bool isFolder, bool isNamed)
    {
        var key = ArchiveNames.Folded(path);
        if (!places.TryGetValue(key, out var there))
        {
            places.Add(key, (path, isFolder, isNamed));
            return null;
        }

        if (there.Path != path)
        {
            return $"it holds '{ArchiveNames.Shown(there.Path)}' and '{ArchiveNames.Shown(path)}', which are one name where case does not count";
        }

        if (there.IsFolder != isFolder)
        {
            return $"it holds '{ArchiveNames.Shown(path)}' as a file and as a folder";
        }

        if (isNamed && there.IsNamed)
        {
            return $"it holds '{ArchiveNames.Shown(path)}' twice";
        }

        places[key] = there with { IsNamed = there.IsNamed || isNamed };
        return null;
    }
}
