using System.Globalization;
using System.Text;

namespace Dpu.Client;

/// <summary>
/// Where a DPU on this host leaves the token of its user: <c>$HOME/.dpu/tokens/&lt;host&gt;_&lt;port&gt;</c>, readable by that user alone.
/// The service writes it fresh at each start and deletes it at an orderly stop; commands find it by themselves.
/// </summary>
public static class TokenFile
{
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyDirectory = OwnerOnlyFile | UnixFileMode.UserExecute;

    /// <summary>The path for a DPU's address; <c>localhost</c> and <c>127.0.0.1</c> share one.</summary>
    /// <exception cref="InvalidOperationException">HOME is not set.</exception>
    public static string PathFor(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Path.Combine(Directory, string.Create(CultureInfo.InvariantCulture, $"{FileHost(address)}_{address.Port}"));
    }

    /// <summary>The token, or null when there is none for this address.</summary>
    /// <exception cref="IOException">The file is there and cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file belongs to somebody else.</exception>
    public static string? Read(Uri address)
    {
        try
        {
            var token = File.ReadAllText(PathFor(address), Encoding.ASCII).Trim();
            return token.Length == 0 ? null : token;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Puts a token in place at once: under a temporary name first, so that no reader sees half of it, nor anybody else any of it.</summary>
    public static void Write(Uri address, string token)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(token);
        var path = PathFor(address);
        System.IO.Directory.CreateDirectory(Directory, OwnerOnlyDirectory);
        File.SetUnixFileMode(Directory, OwnerOnlyDirectory);
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

    /// <summary>Removes the token if it is still <paramref name="token"/>: a later start of the service may have written its own.</summary>
    public static void Delete(Uri address, string token)
    {
        if (Read(address) == token)
        {
            File.Delete(PathFor(address));
        }
    }

    private static string Directory
    {
        get
        {
            var home = Environment.GetEnvironmentVariable("HOME");
            return string.IsNullOrEmpty(home)
                ? throw new InvalidOperationException("HOME is not set, so there is no place for the DPU's token.")
                : Path.Combine(home, ".dpu", "tokens");
        }
    }

    private static string FileHost(Uri address)
    {
        var host = address.IdnHost is "localhost" ? "127.0.0.1" : address.IdnHost;
        return string.Concat(host.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));
    }
}
