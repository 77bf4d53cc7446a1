using Dpu.Client.Addressing;

namespace Dpu.Client.Trust;

/// <summary>
/// Which authority a person's commands want to see behind a DPU's certificate: the file <c>$HOME/.dpu/ca/&lt;host&gt;_&lt;port&gt;</c>, else <c>ca</c> of the entry
/// with that address in the list of DPUs. Both hold the SHA-256 of the authority's public key, as <c>dpu serve</c> shows it.
/// </summary>
public static class KnownAuthorities
{
    /// <summary>The trust in a DPU at an address; the system's roots where nothing is known of it.</summary>
    /// <param name="address">The DPU's.</param>
    /// <param name="home">The user's home directory; empty for none.</param>
    /// <exception cref="FormatException">The file holds something else; the message names it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="Hocon.HoconException">The list is wrong.</exception>
    public static ServerTrust TrustFor(Uri address, string home)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(home);
        if (address.Scheme != Uri.UriSchemeHttps || home.Length == 0)
        {
            return ServerTrust.SystemRoots;
        }

        if (Files(home).Read(address) is { } pin)
        {
            try
            {
                return ServerTrust.Pinned(pin);
            }
            catch (FormatException error)
            {
                throw new FormatException($"{PathFor(address, home)}: {error.Message}");
            }
        }

        return ClientConfiguration.Read(home).FirstOrDefault(dpu => dpu.Address == address && dpu.CaSha256 is not null) is { CaSha256: { } listed }
            ? ServerTrust.Pinned(listed)
            : ServerTrust.SystemRoots;
    }

    /// <summary>What is kept for an address; null for nothing.</summary>
    public static string? Find(Uri address, string home)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Files(home).Read(address);
    }

    /// <summary>Keeps the key of a DPU's own authority: from now on no other one is believed at this address.</summary>
    public static void Keep(Uri address, string home, string caSha256)
    {
        ArgumentNullException.ThrowIfNull(address);
        _ = ServerTrust.Pinned(caSha256);
        Files(home).Write(address, caSha256);
    }

    /// <summary>Where the file for an address would be.</summary>
    public static string PathFor(Uri address, string home)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Files(home).PathFor(address);
    }

    internal static ServerTrust TrustFor(Uri address) => TrustFor(address, Environment.GetEnvironmentVariable("HOME") ?? "");

    private static TokenDirectory Files(string home) => new(Path.Combine(home, ".dpu", "ca"));
}
