using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dpu.Client.Trust;

namespace Dpu.Service.Tls;

/// <summary>
/// The DPU's own authority and the server certificate that it issues, in <c>tls</c> below the data directory, made when they are first needed. The authority's
/// key is what nodes and people have pinned: it is never made anew while it is there, and never guessed when a part of it is missing.
/// </summary>
/// <param name="dataDirectory">The DPU's.</param>
/// <param name="dpu">Its name, for whoever looks at the certificates.</param>
/// <param name="time">Says what has expired.</param>
internal sealed class OwnAuthority(string dataDirectory, string dpu, TimeProvider time)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly TimeSpan RootLife = TimeSpan.FromDays(30 * 365);
    private static readonly TimeSpan ServerLife = TimeSpan.FromDays(5 * 365);

    /// <summary>Looked at when the service starts, which it may not do again for long.</summary>
    private static readonly TimeSpan RenewBefore = ServerLife / 2;

    private readonly string _folder = Path.Combine(dataDirectory, "tls");

    /// <summary>The authority's certificate, for those who import it; no secret.</summary>
    public string RootPath => Path.Combine(_folder, "ca.pem");

    private string KeyPath => Path.Combine(_folder, "ca.key");

    private string ServerPath => Path.Combine(_folder, "server.pem");

    /// <summary>The kept server certificate, or a new one when there is none that is good for these names for long enough.</summary>
    /// <exception cref="StartupException">Files are damaged; the message says which, and what it costs to make them anew.</exception>
    /// <exception cref="IOException">They cannot be read or written.</exception>
    public ServerIdentity Identity(IReadOnlyList<string> names)
    {
        Directory.CreateDirectory(_folder, OwnerOnly);
        File.SetUnixFileMode(_folder, OwnerOnly);
        using var key = Key();
        using var root = Root(key);
        var pin = ServerTrust.PublicKeySha256(root);
        if (Kept(names, pin) is { } kept)
        {
            return kept;
        }

        var now = time.GetUtcNow();
        var issuer = CertificateMaker.Issuer(root, key, dpu, now);
        var server = CertificateMaker.Server(issuer, key, names, now, ServerLife);
        SecretFile.Write(ServerPath, Pem(server, issuer), replace: true);
        return new ServerIdentity(server, [issuer], names, pin);
    }

    private ECDsa Key()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (!File.Exists(KeyPath))
        {
            if (File.Exists(RootPath))
            {
                throw Damaged($"{KeyPath} is missing, and {RootPath} is there");
            }

            SecretFile.Write(KeyPath, key.ExportPkcs8PrivateKeyPem() + "\n", replace: false);
            return key;
        }

        try
        {
            key.ImportFromPem(File.ReadAllText(KeyPath));
            return key;
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw Damaged($"{KeyPath} holds no private key");
        }
    }

    private X509Certificate2 Root(ECDsa key)
    {
        if (!File.Exists(RootPath))
        {
            // Also when a crash came between the two: the key is what counts.
            var made = CertificateMaker.Root(key, dpu, time.GetUtcNow(), RootLife);
            SecretFile.Write(RootPath, made.ExportCertificatePem() + "\n", replace: false);
            return made;
        }

        X509Certificate2 root;
        try
        {
            root = X509Certificate2.CreateFromPem(File.ReadAllText(RootPath));
        }
        catch (CryptographicException)
        {
            throw Damaged($"{RootPath} holds no certificate");
        }

        return root.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo())
            ? root
            : throw Damaged($"{KeyPath} is not the key of {RootPath}");
    }

    private StartupException Damaged(string what) => new(
        $"{what}: put back what belongs there from a copy. Or remove {_folder}: a new authority is made then, and nodes that joined with the old one need new keys.", 3);

    /// <summary>The kept certificate, or null when a new one is due. It can be made anew at any time, so one that cannot be read is nothing to stop for.</summary>
    private ServerIdentity? Kept(IReadOnlyList<string> names, string pin)
    {
        if (!File.Exists(ServerPath))
        {
            return null;
        }

        var chain = new X509Certificate2Collection();
        X509Certificate2? server = null;
        try
        {
            var pem = File.ReadAllText(ServerPath);
            server = X509Certificate2.CreateFromPem(pem, pem);
            chain.ImportFromPem(pem);
            chain[0].Dispose();
            chain.RemoveAt(0);
            var kept = new ServerIdentity(server, chain, names, pin);
            if (IsGood(kept))
            {
                return kept;
            }
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            // Damaged: made anew.
        }

        server?.Dispose();
        return null;
    }

    private bool IsGood(ServerIdentity kept) =>
        kept.Certificate.NotAfter.ToUniversalTime() - time.GetUtcNow() >= RenewBefore
        && kept.Chain is [var issuer]
        && ServerTrust.PublicKeySha256(issuer) == kept.CaSha256
        && kept.Certificate.IssuerName.RawData.AsSpan().SequenceEqual(issuer.SubjectName.RawData)
        && CertificateNames.Of(kept.Certificate).ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(kept.Names);

    private static string Pem(X509Certificate2 server, X509Certificate2 issuer)
    {
        using var key = server.GetECDsaPrivateKey()!;
        return string.Create(CultureInfo.InvariantCulture, $"{server.ExportCertificatePem()}\n{issuer.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }
}
