using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dpu.Service.Users;

/// <summary>
/// Hashes passwords slowly: PBKDF2 with SHA-256 (RFC 8018), a salt for each. The text of a hash says how it was made: <c>pbkdf2-sha256:ITERATIONS:SALT:HASH</c>, the last two in base64.
/// Only so many are computed at a time, whoever asks, and only so many wait: a flood of logins leaves the other processors to the rest of the service.
/// </summary>
/// <param name="iterations">How slow new ones are.</param>
internal sealed class PasswordHasher(int iterations) : IDisposable
{
    private const string Scheme = "pbkdf2-sha256";
    private const int AtOnceMax = 2;
    private const int WaitingMax = 50;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    private readonly SemaphoreSlim _room = new(AtOnceMax);

    // What is compared with where there is nobody: it takes as long, and agrees with nothing.
    private readonly string _nobodys = TextOf(iterations, RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(HashBytes));
    private int _waiting;

    /// <summary>The hash of a new password; null when too many wait already.</summary>
    public async Task<string?> HashAsync(string password, CancellationToken cancellationToken)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = await ComputeAsync(password, salt, iterations, cancellationToken);
        return hash is null ? null : TextOf(iterations, salt, hash);
    }

    /// <summary>Whether a password is the one that was hashed; null when too many wait already. For nobody's it takes as long as for a wrong one.</summary>
    /// <param name="password">What was given.</param>
    /// <param name="hash">The text of the hash; null where there is none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool?> VerifyAsync(string password, string? hash, CancellationToken cancellationToken)
    {
        if ((hash ?? _nobodys).Split(':') is not [Scheme, var times, var salt, var expected])
        {
            throw new InvalidOperationException("A password's hash is kept in a form that this version does not know.");
        }

        var shown = await ComputeAsync(password, Convert.FromBase64String(salt), int.Parse(times, CultureInfo.InvariantCulture), cancellationToken);
        return shown is null ? null : CryptographicOperations.FixedTimeEquals(shown, Convert.FromBase64String(expected)) && hash is not null;
    }

    public void Dispose() => _room.Dispose();

    private async Task<byte[]?> ComputeAsync(string password, byte[] salt, int times, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > WaitingMax)
            {
                return null;
            }

            await _room.WaitAsync(cancellationToken);
            try
            {
                return await Task.Run(() => Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, times, HashAlgorithmName.SHA256, HashBytes), CancellationToken.None);
            }
            finally
            {
                _room.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private static string TextOf(int iterations, byte[] salt, byte[] hash) =>
        string.Create(CultureInfo.InvariantCulture, $"{Scheme}:{iterations}:{Convert.ToBase64String(salt)}:{Convert.ToBase64String(hash)}");
}
