using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dpu.Service.Configuration;

namespace Dpu.Service.Tls;

/// <summary>A certificate that an operator brought (<c>dpu.http.tls</c>).</summary>
internal static class OperatorCertificate
{
    /// <summary>Reads it, and checks what would otherwise be found by the first client.</summary>
    /// <exception cref="StartupException">It cannot be used; the message says which file and why.</exception>
    public static ServerIdentity Read(TlsFiles files, IReadOnlyList<string> names, DateTimeOffset now)
    {
        var chain = Certificates(files.Certificate);
        var certificate = WithKey(files);
        if (now < certificate.NotBefore.ToUniversalTime() || now >= certificate.NotAfter.ToUniversalTime())
        {
            throw Wrong("certificate", files.Certificate, string.Create(
                CultureInfo.InvariantCulture, $"is good from {certificate.NotBefore.ToUniversalTime():yyyy-MM-dd} to {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd} only, and now it is {now.UtcDateTime:yyyy-MM-dd}"));
        }

        chain[0].Dispose();
        chain.RemoveAt(0);
        return new ServerIdentity(certificate, chain, [.. names.Concat(CertificateNames.Of(certificate)).Distinct(StringComparer.OrdinalIgnoreCase)], null);
    }

    private static X509Certificate2Collection Certificates(string path)
    {
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(Text("certificate", path));
        }
        catch (CryptographicException error)
        {
            throw Wrong("certificate", path, $"holds no certificate in PEM: {error.Message}");
        }

        return chain.Count > 0 ? chain : throw Wrong("certificate", path, "holds no certificate in PEM");
    }

    private static X509Certificate2 WithKey(TlsFiles files)
    {
        var key = Text("key", files.Key);
        try
        {
            return X509Certificate2.CreateFromPem(Text("certificate", files.Certificate), key);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw Wrong("key", files.Key, $"is not the private key of the first certificate in {files.Certificate}, in PEM and not encrypted: {error.Message}");
        }
    }

    private static string Text(string key, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Wrong(key, path, $"cannot be read: {error.Message}");
        }
    }

    private static StartupException Wrong(string key, string path, string what) => new($"dpu.http.tls.{key}: {path} {what.TrimEnd('.')}.", 2);
}
