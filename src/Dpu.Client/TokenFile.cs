namespace Dpu.Client;

/// <summary>
/// The tokens that commands find by themselves, in <c>$HOME/.dpu/tokens</c>, readable by their user alone. <c>&lt;host&gt;_&lt;port&gt;</c> is left there by a DPU on this host for the user
/// who runs it: the service writes it fresh at each start and deletes it at an orderly stop. <c>&lt;host&gt;_&lt;port&gt;.login</c> is what <c>dpu login</c> keeps; it goes before the other one,
/// so that whoever logged in is that user until he logs out.
/// </summary>
/// <remarks>Every method throws <see cref="InvalidOperationException"/> when HOME is not set.</remarks>
public static class TokenFile
{
    private const string LoginSuffix = ".login";

    /// <summary>The service's own file for a DPU's address; <c>localhost</c> and <c>127.0.0.1</c> share one.</summary>
    public static string PathFor(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Home("").PathFor(address);
    }

    /// <summary>The file of a login at a DPU's address.</summary>
    public static string LoginPathFor(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Home(LoginSuffix).PathFor(address);
    }

    /// <summary>The token, or null when there is none for this address.</summary>
    /// <exception cref="IOException">The file is there and cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file belongs to somebody else.</exception>
    public static string? Read(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return ReadLogin(address) ?? Home("").Read(address);
    }

    /// <summary>The token of a login; null when there was none, or it is over.</summary>
    public static string? ReadLogin(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Home(LoginSuffix).Read(address);
    }

    /// <summary>Puts the service's own token in place at once; nobody sees half of it, and nobody else any of it.</summary>
    public static void Write(Uri address, string token)
    {
        ArgumentNullException.ThrowIfNull(address);
        Home("").Write(address, token);
    }

    /// <summary>Keeps the token of a login.</summary>
    public static void WriteLogin(Uri address, string token)
    {
        ArgumentNullException.ThrowIfNull(address);
        Home(LoginSuffix).Write(address, token);
    }

    /// <summary>Removes the service's token if it is still <paramref name="token"/>: a later start of the service may have written its own.</summary>
    public static void Delete(Uri address, string token)
    {
        ArgumentNullException.ThrowIfNull(address);
        Home("").Delete(address, token);
    }

    /// <summary>Removes the token of a login if it is still <paramref name="token"/>.</summary>
    public static void DeleteLogin(Uri address, string token)
    {
        ArgumentNullException.ThrowIfNull(address);
        Home(LoginSuffix).Delete(address, token);
    }

    private static TokenDirectory Home(string suffix) => Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home
        ? new TokenDirectory(Path.Combine(home, ".dpu", "tokens"), suffix)
        : throw new InvalidOperationException("HOME is not set, so there is no place for the DPU's token.");
}
