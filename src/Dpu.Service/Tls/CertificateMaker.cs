using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dpu.Service.Tls;

/// <summary>
/// Makes the certificates of a DPU's own authority (ECDSA over P-256). Its one key has two certificates: the root, which people may import, and an issuer
/// under it. Servers do not send roots, so the issuer goes along with each server certificate, and shows the key that clients have pinned.
/// </summary>
internal static class CertificateMaker
{
    private const int SerialBytes = 16;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Clocks of hosts differ.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromDays(1);

    public static X509Certificate2 Root(ECDsa key, string dpu, DateTimeOffset now, TimeSpan life)
    {
        var request = Authority(key, $"DPU {dpu} root", pathLength: 1);
        return request.CreateSelfSigned(now - ClockSkew, now + life);
    }

    /// <summary>The issuer, without a private key.</summary>
    public static X509Certificate2 Issuer(X509Certificate2 root, ECDsa key, string dpu, DateTimeOffset now)
    {
        var request = Authority(key, $"DPU {dpu} authority", pathLength: 0);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        return request.Create(root.SubjectName, Signer(key), Later(root.NotBefore, now - ClockSkew), root.NotAfter, Serial());
    }

    /// <summary>A server's certificate with its private key.</summary>
    public static X509Certificate2 Server(X509Certificate2 issuer, ECDsa issuerKey, IReadOnlyList<string> names, DateTimeOffset now, TimeSpan life)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Named("DPU"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], false));
        request.CertificateExtensions.Add(AlternativeNames(names));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false));
        var end = now + life;
        using var bare = request.Create(
            issuer.SubjectName, Signer(issuerKey), Later(issuer.NotBefore, now - ClockSkew), end < issuer.NotAfter ? end : issuer.NotAfter, Serial());
        return bare.CopyWithPrivateKey(key);
    }

    private static CertificateRequest Authority(ECDsa key, string name, int pathLength)
    {
        var request = new CertificateRequest(Named(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, pathLength, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static X509Extension AlternativeNames(IReadOnlyList<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                builder.AddIpAddress(address);
            }
            else
            {
                builder.AddDnsName(name);
            }
        }

        return builder.Build();
    }

    private static X500DistinguishedName Named(string name)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(name);
        return builder.Build();
    }

    private static X509SignatureGenerator Signer(ECDsa key) => X509SignatureGenerator.CreateForECDsa(key);

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    /// <summary>Positive, as the standard has it.</summary>
    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }
}
