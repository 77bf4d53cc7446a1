using System.Globalization;
using System.Text;

namespace Dpu.Client;

/// <summary>A directory of tokens, one file for each address; only its owner can look into it.</summary>
internal sealed class TokenDirectory(string directory, string suffix = "")
{
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyDirectory = OwnerOnlyFile | UnixFileMode.UserExecute;

    public string PathFor(Uri address) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{FileHost(address)}_{address.Port}{suffix}"));

    public string? Read(Uri address)
    {
        var path = PathFor(address);

        // Asked before each request, and one of two files is usually not there: an exception for each would cost more than the request.
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var token = File.ReadAllText(path, Encoding.ASCII).Trim();
            return token.Length == 0 ? null : token;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Under a temporary name first, so that no reader sees half of it, nor anybody else any of it.</summary>
    public void Write(Uri address, string token)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(token);
        var path = PathFor(address);
        Directory.CreateDirectory(directory, OwnerOnlyDirectory);
        File.SetUnixFileMode(directory, OwnerOnlyDirectory);
        var temporary = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}.tmp");
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnlyFile };
        using (var file = new FileStream(temporary, options))
        {
            file.Write(Encoding.ASCII.GetBytes(token + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    public void Delete(Uri address, string token)
    {
        if (Read(address) == token)
        {
            File.Delete(PathFor(address));
        }
    }

    private static string FileHost(Uri address)
    {
        var host = address.IdnHost is "localhost" ? "127.0.0.1" : address.IdnHost;
        return string.Concat(host.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));
    }
}
