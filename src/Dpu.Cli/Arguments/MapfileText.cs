using System.Text;
using Dpu.Domain.Planning;

namespace Dpu.Cli.Arguments;

/// <summary>Reads a mapfile from disk.</summary>
internal static class MapfileText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The files of each host.</summary>
    /// <exception cref="UsageException">It cannot be read, or is no mapfile; the message says where.</exception>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> ReadAsync(string path, CancellationToken ct)
    {
        var text = await TextOfAsync(path, ct);
        return Mapfile.Parse(text, path).TryGet(out var mapfile, out var errors)
            ? mapfile.Entries
                .GroupBy(entry => entry.Host, StringComparer.Ordinal)
                .ToDictionary(host => host.Key, IReadOnlyList<string> (host) => [.. host.SelectMany(entry => entry.Files)], StringComparer.Ordinal)
            : throw new UsageException(errors[0].Message);
    }

    private static async Task<string> TextOfAsync(string path, CancellationToken ct)
    {
        try
        {
            return Strict.GetString(await File.ReadAllBytesAsync(path, ct)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException($"{path} is not UTF-8.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {e.Message}");
        }
    }
}
