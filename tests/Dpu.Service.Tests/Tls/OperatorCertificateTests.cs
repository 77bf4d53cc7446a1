using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dpu.Service.Configuration;
using Dpu.Service.Tests.Configuration;
using Dpu.Service.Tls;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Tls;

/// <summary>Certificates that somebody brought, good and bad.</summary>
public sealed class OperatorCertificateTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(60);

    private readonly TemporaryFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _issuer;

    public OperatorCertificateTests()
    {
        _root = CertificateMaker.Root(_key, "somebody", Now, TimeSpan.FromDays(3650));
        _issuer = CertificateMaker.Issuer(_root, _key, "somebody", Now);
    }

    public void Dispose()
    {
        _root.Dispose();
        _issuer.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_certificate_with_its_chain_and_key_is_taken_with_its_names()
    {
        using var server = Server();

        using var read = OperatorCertificate.Read(Files(server.ExportCertificatePem() + "\n" + _issuer.ExportCertificatePem(), Key(server)), ["lce001"], Now);

        read.Certificate.RawData.ShouldBe(server.RawData);
        read.Certificate.HasPrivateKey.ShouldBeTrue();
        read.Chain.ShouldHaveSingleItem().RawData.ShouldBe(_issuer.RawData);
        read.Names.ShouldBe(["lce001", "dpu.example.org"]);
        read.CaSha256.ShouldBeNull();
    }

    [Fact]
    public void What_is_wrong_is_told_at_the_start()
    {
        using var server = Server();
        using var other = Server();
        var pem = server.ExportCertificatePem();

        Refusal(Files(pem, Key(other))).ShouldContain("dpu.http.tls.key: " + _folder.At("key.pem") + " is not the private key of the first certificate");
        Refusal(Files("nothing", Key(server))).ShouldContain("dpu.http.tls.certificate: " + _folder.At("certificate.pem") + " holds no certificate");
        Refusal(Files(pem, "nothing")).ShouldContain("is not the private key");
        Refusal(new TlsFiles(_folder.At("missing.pem"), _folder.At("key.pem"))).ShouldContain("missing.pem cannot be read");
        Refusal(Files(pem, Key(server)), Now.AddDays(100)).ShouldContain("only, and now it is 2030-04-11");
        Refusal(Files(pem, Key(server)), Now.AddDays(-2)).ShouldContain("is good from 2029-12-31");
    }

    private static string Refusal(TlsFiles files, DateTimeOffset? now = null) =>
        Should.Throw<StartupException>(() => OperatorCertificate.Read(files, [], now ?? Now)).Message;

    private TlsFiles Files(string certificate, string key) => new(_folder.File("certificate.pem", certificate), _folder.File("key.pem", key));

    private X509Certificate2 Server() => CertificateMaker.Server(_issuer, _key, ["dpu.example.org"], Now, TimeSpan.FromDays(90));

    private static string Key(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }
}
