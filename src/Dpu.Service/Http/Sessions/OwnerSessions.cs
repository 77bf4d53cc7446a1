using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dpu.Client.Trust;

namespace Dpu.Service.Http.Sessions;

/// <summary>
/// Browsers of whoever runs the service. His token ends with the service; a page goes on behind a restart, so what it shows is kept until it expires: as hashes, in a file of the data directory.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="time">The clock.</param>
internal sealed class OwnerSessions(string path, TimeProvider time)
{
    /// <summary>What such a browser shows begins with this.</summary>
    public const string Prefix = "dpu-owner:";

    private const int SecretBytes = 32;
    private const int SessionsMax = 50;
    private static readonly TimeSpan Life = TimeSpan.FromDays(7);

    private readonly Lock _gate = new();
    private Dictionary<string, DateTimeOffset>? _sessions;

    /// <summary>A new one; what the browser is to show, and until when.</summary>
    /// <exception cref="IOException">It cannot be kept.</exception>
    public (string Token, DateTimeOffset Expires) Create()
    {
        var token = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
        var expires = time.GetUtcNow() + Life;
        lock (_gate)
        {
            var sessions = Read();
            foreach (var old in sessions.Where(session => session.Value <= time.GetUtcNow()).Select(session => session.Key).ToList())
            {
                sessions.Remove(old);
            }

            while (sessions.Count >= SessionsMax)
            {
                sessions.Remove(sessions.MinBy(session => session.Value).Key);
            }

            sessions[HashOf(token)] = expires;
            Write(sessions);
        }

        return (token, expires);
    }

    public bool Knows(string token)
    {
        // By its hash: that two of them begin alike tells nothing of what they are hashes of.
        var hash = HashOf(token);
        lock (_gate)
        {
            return Read().TryGetValue(hash, out var expires) && expires > time.GetUtcNow();
        }
    }

    /// <exception cref="IOException">That it ended cannot be kept.</exception>
    public void End(string token)
    {
        lock (_gate)
        {
            var sessions = Read();
            if (sessions.Remove(HashOf(token)))
            {
                Write(sessions);
            }
        }
    }

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private Dictionary<string, DateTimeOffset> Read() => _sessions ??= File.Exists(path)
        ? File.ReadLines(path).Select(Parse).OfType<(string Hash, DateTimeOffset Expires)>().ToDictionary(line => line.Hash, line => line.Expires, StringComparer.Ordinal)
        : new(StringComparer.Ordinal);

    /// <summary>A line that is none, as after somebody edited the file, lets nobody in.</summary>
    private static (string Hash, DateTimeOffset Expires)? Parse(string line) =>
        line.Split(' ') is [{ Length: 2 * SHA256.HashSizeInBytes } hash, var until] && long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? (hash, DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, DateTimeOffset.MaxValue.ToUnixTimeSeconds())))
            : null;

    private void Write(Dictionary<string, DateTimeOffset> sessions)
    {
        try
        {
            SecretFile.Write(path, string.Concat(sessions.Select(session => string.Create(CultureInfo.InvariantCulture, $"{session.Key} {session.Value.ToUnixTimeSeconds()}\n"))), replace: true);
        }
        catch
        {
            // What the file holds counts: the next question reads it again.
            _sessions = null;
            throw;
        }
    }
}
