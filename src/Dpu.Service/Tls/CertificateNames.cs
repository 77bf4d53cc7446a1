using System.Security.Cryptography.X509Certificates;

namespace Dpu.Service.Tls;

/// <summary>For whom a certificate speaks.</summary>
internal static class CertificateNames
{
    /// <summary>Its alternative names and addresses; those with a <c>*</c> name nobody in particular and are left out.</summary>
    public static IEnumerable<string> Of(X509Certificate2 certificate) => certificate.Extensions
        .OfType<X509SubjectAlternativeNameExtension>()
        .SelectMany(names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString())))
        .Where(name => !name.Contains('*', StringComparison.Ordinal));
}
