using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dpu.Client.Trust;

/// <summary>
/// Which servers a client believes to be its DPU: those that the system's roots answer for, or the one whose own authority has a certain public key.
/// </summary>
public sealed class ServerTrust
{
    private readonly string? _pin;

    private ServerTrust(string? pin) => _pin = pin;

    /// <summary>SHA-256 of the public key of the one authority that is believed; null where the system's roots decide.</summary>
    public string? Pin => _pin;

    /// <summary>The system's roots decide, and the certificate must have the server's name.</summary>
    public static ServerTrust SystemRoots { get; } = new(null);

    /// <summary>For <see cref="SslClientAuthenticationOptions"/> and <see cref="ClientWebSocketOptions"/>; null leaves it to the system. It throws <see cref="AuthenticationException"/> with the reason.</summary>
    public RemoteCertificateValidationCallback? Callback => _pin is null ? null : Validate;

    /// <summary>
    /// Only a server whose certificate was issued by the authority with this public key, whatever the system's roots say. Its name is not looked at: the
    /// authority certifies its own DPU only, and a node may reach it through a tunnel or by any address.
    /// </summary>
    /// <param name="caSha256">SHA-256 of the public key (DER, SubjectPublicKeyInfo), 64 hexadecimal letters.</param>
    /// <exception cref="FormatException">It is no such text.</exception>
    public static ServerTrust Pinned(string caSha256)
    {
        ArgumentNullException.ThrowIfNull(caSha256);
        return SecretText.IsOne(caSha256)
            ? new ServerTrust(caSha256)
            : throw new FormatException($"'{caSha256}' is no SHA-256 of an authority's public key: that has 64 hexadecimal letters, small ones.");
    }

    /// <summary>Meets a server, and sends it nothing: whether it is believed, and if not, which authority of its own it shows, for a person to compare with what <c>dpu serve</c> says.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Whether it is believed; else the SHA-256 of the public key of the authority that issued its certificate, or null when it shows none.</returns>
    /// <exception cref="IOException">It cannot be reached, or speaks no TLS.</exception>
    public async Task<(bool IsBelieved, string? CaSha256)> MeetAsync(Uri address, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(address);
        string? shown = null;
        var (believed, met) = (false, false);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.IdnHost, address.Port, ct);
            await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false);
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = address.IdnHost,
                    RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
                    {
                        (believed, met) = (IsBelieved(sender, certificate, chain, errors), true);
                        shown = certificate is null ? null : IssuerOf(certificate, chain);
                        return believed;
                    },
                },
                ct);
        }
        catch (AuthenticationException) when (met)
        {
            // It is not believed; what it showed is what is asked for.
        }
        catch (Exception error) when (error is SocketException or AuthenticationException)
        {
            throw new IOException($"Whoever listens at {address.GetLeftPart(UriPartial.Authority)} cannot be met over TLS: {error.Message}", error);
        }

        return (believed, shown);
    }

    private bool IsBelieved(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        try
        {
            return _pin is null ? errors == SslPolicyErrors.None : Validate(sender, certificate, chain, errors);
        }
        catch (AuthenticationException)
        {
            return false;
        }
    }

    /// <summary>The key of whoever issued a server's certificate, as the server sent it along.</summary>
    private static string? IssuerOf(X509Certificate certificate, X509Chain? chain)
    {
        var issuers = chain?.ChainPolicy.ExtraStore.Where(sent => sent.Subject == certificate.Issuer);
        return issuers?.Select(PublicKeySha256).FirstOrDefault();
    }

    /// <summary>The trust that a key line asks for.</summary>
    public static ServerTrust For(JoinKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.CaSha256 is { } pin ? Pinned(pin) : SystemRoots;
    }

    /// <summary>For HTTP: <c>new SocketsHttpHandler { SslOptions = trust.SslOptions() }</c>.</summary>
    public SslClientAuthenticationOptions SslOptions() => new() { RemoteCertificateValidationCallback = Callback };

    /// <summary>For a web socket.</summary>
    public void Apply(ClientWebSocketOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.RemoteCertificateValidationCallback = Callback;
    }

    /// <summary>What a pin is made of.</summary>
    public static string PublicKeySha256(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
    }

    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            throw new AuthenticationException("The server shows no certificate.");
        }

        using var leaf = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        using var own = new X509Chain();
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.DisableCertificateDownloads = true;
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;

        // No root is trusted as such: whether the chain ends rightly is decided by the pin, below. Signatures, times and uses are checked all the same.
        own.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        own.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1", "serverAuth"));
        if (chain is not null)
        {
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        }

        var valid = own.Build(leaf);
        var issuers = own.ChainElements.Skip(1).Select(element => element.Certificate).ToList();
        if (!issuers.Exists(issuer => PublicKeySha256(issuer) == _pin))
        {
            throw new AuthenticationException(
                "The server's certificate was not issued by the authority that the key names: this is another DPU, or somebody in between, or the DPU's authority was made anew.");
        }

        return valid ? true : throw new AuthenticationException($"The server's certificate is not valid: {string.Join(' ', own.ChainStatus.Where(Counts).Select(status => status.StatusInformation.Trim()))}");
    }

    private static bool Counts(X509ChainStatus status) =>
        (status.Status & ~(X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0;
}
