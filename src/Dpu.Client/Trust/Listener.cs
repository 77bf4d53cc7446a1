using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace Dpu.Client.Trust;

/// <summary>
/// Any user of a host may listen on a loopback port whose service has stopped, and be sent the token of whoever asks next.
/// The kernel knows whose a listening socket is: <c>/proc/net/tcp</c> and <c>tcp6</c>, columns <c>local_address</c>, <c>st</c> and <c>uid</c>.
/// </summary>
internal static partial class Listener
{
    private const string Listening = "0A";

    /// <summary>Why a token must not be sent to a loopback address, or null when it may be (also for addresses of other hosts: TLS is for those).</summary>
    public static string? Distrust(Uri address) =>
        !address.IsLoopback ? null : Distrust(address, GetEffectiveUserId(), Table("/proc/net/tcp"), Table("/proc/net/tcp6"));

    /// <summary>The same over given tables; each is the text of one of the kernel's files.</summary>
    internal static string? Distrust(Uri address, uint user, string tcp, string tcp6)
    {
        foreach (var owner in OwnersOf(address, tcp).Concat(OwnersOf(address, tcp6)))
        {
            if (owner != user)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"The program that listens at {address.GetLeftPart(UriPartial.Authority)} belongs to another user (uid {owner}), not to you: your token is not sent to it.");
            }
        }

        return null;
    }

    /// <summary>The users whose sockets would accept a connection to the address: those on it and those on all addresses.</summary>
    private static IEnumerable<uint> OwnersOf(Uri address, string table)
    {
        foreach (var line in table.Split('\n').Skip(1))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length > 7 && columns[3] == Listening && Accepts(columns[1], address) && uint.TryParse(columns[7], NumberStyles.None, CultureInfo.InvariantCulture, out var uid))
            {
                yield return uid;
            }
        }
    }

    private static bool Accepts(string local, Uri address)
    {
        var colon = local.LastIndexOf(':');
        if (colon < 0
            || !int.TryParse(local.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var port)
            || port != address.Port
            || ParseAddress(local.AsSpan(0, colon)) is not { } listener)
        {
            return false;
        }

        return listener.Equals(IPAddress.Any)
            || listener.Equals(IPAddress.IPv6Any)
            || !IPAddress.TryParse(address.IdnHost, out var host)
            || host.Equals(listener)
            || host.MapToIPv6().Equals(listener);
    }

    /// <summary>The kernel prints each 32-bit word of the address in the byte order of the machine.</summary>
    private static IPAddress? ParseAddress(ReadOnlySpan<char> hex)
    {
        if (hex.Length is not (8 or 32))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[hex.Length / 2];
        for (var word = 0; word < bytes.Length; word += 4)
        {
            if (!uint.TryParse(hex.Slice(word * 2, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                return null;
            }

            MemoryMarshal.Write(bytes[word..], in value);
        }

        return new IPAddress(bytes);
    }

    private static string Table(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (FileNotFoundException)
        {
            // A kernel without IPv6 has no tcp6.
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();
}
