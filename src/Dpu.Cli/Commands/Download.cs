using System.Security.Cryptography;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

/// <summary>
/// Copies files of the catalog into a directory: under a temporary name until all bytes are there and their checksum is right. What is
/// there already is not fetched again; what is there and different is never overwritten.
/// </summary>
internal sealed class Download(DpuHttpClient http, string directory)
{
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
        var target = Path.Combine(Path.GetFullPath(directory), PlainName(file));
        Prepare();
        if (File.Exists(target))
        {
            return await ChecksumAsync(target, ct) == file.Sha256
                ? target
                : throw new WorkFailedException($"{target} is there already and is another file: it is not overwritten.");
        }

        var temporary = $"{target}.{Environment.ProcessId}.part";
        try
        {
            await using (var copy = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await http.DownloadAsync(file.Id, copy, ct);
                copy.Flush(flushToDisk: true);
            }

            if (await ChecksumAsync(temporary, ct) != file.Sha256)
            {
                throw new WorkFailedException($"The copy of {file.Name} has another checksum than the catalog says: it is not kept.");
            }

            File.Move(temporary, target);
        }
        finally
        {
            File.Delete(temporary);
        }

        return target;
    }

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
