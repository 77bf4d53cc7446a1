namespace Dpu.Client;

/// <summary>
/// Where a DPU on this host leaves the token of its user: <c>$HOME/.dpu/tokens/&lt;host&gt;_&lt;port&gt;</c>, readable by that user alone.
/// The service writes it fresh at each start and deletes it at an orderly stop; commands find it by themselves.
/// </summary>
/// <remarks>Every method throws <see cref="InvalidOperationException"/> when HOME is not set.</remarks>
public static class TokenFile
{
    /// <summary>The path for a DPU's address; <c>localhost</c> and <c>127.0.0.1</c> share one.</summary>
    public static string PathFor(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Home.PathFor(address);
    }

    /// <summary>The token, or null when there is none for this address.</summary>
    /// <exception cref="IOException">The file is there and cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file belongs to somebody else.</exception>
    public static string? Read(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Home.Read(address);
    }

    /// <summary>Puts a token in place at once; nobody sees half of it, and nobody else any of it.</summary>
    public static void Write(Uri address, string token)
    {
        ArgumentNullException.ThrowIfNull(address);
        Home.Write(address, token);
    }

    /// <summary>Removes the token if it is still <paramref name="token"/>: a later start of the service may have written its own.</summary>
    public static void Delete(Uri address, string token)
    {
        ArgumentNullException.ThrowIfNull(address);
        Home.Delete(address, token);
    }

    private static TokenDirectory Home => Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home
        ? new TokenDirectory(Path.Combine(home, ".dpu", "tokens"))
        : throw new InvalidOperationException("HOME is not set, so there is no place for the DPU's token.");
}
