using System.Security.Cryptography.X509Certificates;

namespace Dpu.Service.Tls;

/// <summary>What the DPU shows to whoever comes over TLS.</summary>
/// <param name="Certificate">With its private key.</param>
/// <param name="Chain">What is sent along with it.</param>
/// <param name="Names">Names and addresses by which the DPU may be called.</param>
/// <param name="CaSha256">SHA-256 of the public key of the DPU's own authority; null for an operator's certificate, for which the system's roots answer.</param>
internal sealed record ServerIdentity(X509Certificate2 Certificate, X509Certificate2Collection Chain, IReadOnlyList<string> Names, string? CaSha256) : IDisposable
{
    public void Dispose()
    {
        Certificate.Dispose();
        foreach (var certificate in Chain)
        {
            certificate.Dispose();
        }
    }
}
