using System.Security.Cryptography;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

/// <summary>
/// Copies files of the catalog into a directory: under a temporary name until all bytes are there and their checksum is right. What is
/// there already is not fetched again; what is there and different is never overwritten. In another form, whose checksum nobody knows before, it is fetched and compared.
/// </summary>
internal sealed class Download(DpuHttpClient http, string directory, string? format = null)
{
    private static readonly Dictionary<string, string> Endings = new(StringComparer.Ordinal)
    {
        ["fits"] = ".fits",
        ["votable"] = ".vot",
        ["npy"] = ".npy",
        ["png"] = ".png",
    };

    /// <summary>The forms in which products can be had.</summary>
    public static IReadOnlyCollection<string> Formats => Endings.Keys;

    /// <exception cref="UsageException">The directory is none, or cannot be made.</exception>
    public void Prepare()
    {
        if (File.Exists(directory))
        {
            throw new UsageException($"{directory} is a file: --download takes a directory, which is made when it is not there.");
        }

        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The directory {directory} cannot be made: {failure.Message}");
        }
    }

    /// <returns>The copy's absolute path.</returns>
    public async Task<string> GetAsync(FileRecord file, CancellationToken ct)
    {
        var target = Path.Combine(Path.GetFullPath(directory), NameInForm(PlainName(file)));
        Prepare();
        if (format is null && await IsThereAsync(target, file.Sha256, ct))
        {
            return target;
        }

        var temporary = $"{target}.{Environment.ProcessId}.part";
        try
        {
            var sha256 = await FetchAsync(file, temporary, ct);
            if (format is null || !await IsThereAsync(target, sha256, ct))
            {
                File.Move(temporary, target);
            }
        }
        finally
        {
            File.Delete(temporary);
        }

        return target;
    }

    /// <summary>Fetches all of it, and checks it.</summary>
    /// <returns>Its checksum.</returns>
    private async Task<string> FetchAsync(FileRecord file, string path, CancellationToken ct)
    {
        string? told;
        await using (var copy = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
        {
            told = await http.DownloadAsync(file.Id, format, copy, ct);
            copy.Flush(flushToDisk: true);
        }

        var sha256 = await ChecksumAsync(path, ct);
        return sha256 == (format is null ? file.Sha256 : told ?? sha256)
            ? sha256
            : throw new WorkFailedException($"The copy of {file.Name} has another checksum than the {(format is null ? "catalog" : "DPU")} says: it is not kept.");
    }

    /// <exception cref="WorkFailedException">Another file of that name is there.</exception>
    private static async Task<bool> IsThereAsync(string target, string sha256, CancellationToken ct) => File.Exists(target)
        && (await ChecksumAsync(target, ct) == sha256 ? true : throw new WorkFailedException($"{target} is there already and is another file: it is not overwritten."));

    private string NameInForm(string name) => format is null || name.EndsWith(Endings[format], StringComparison.Ordinal)
        ? name
        : Path.ChangeExtension(name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name, Endings[format]);

    /// <summary>The name without folders: a catalog must not choose where on this machine it writes.</summary>
    private static string PlainName(FileRecord file)
    {
        var name = Path.GetFileName(file.Name);
        return name is "" or "." or ".." || name.Contains('\0', StringComparison.Ordinal)
            ? throw new WorkFailedException($"File {file.Id} is called '{file.Name}', which is no name for a file.")
            : name;
    }

    private static async Task<string> ChecksumAsync(string path, CancellationToken ct)
    {
        await using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct));
    }
}
