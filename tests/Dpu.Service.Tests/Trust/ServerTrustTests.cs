using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dpu.Client.Trust;
using Dpu.Service.Tls;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Trust;

/// <summary>What a pinned client makes of what a server shows; TLS itself has checked that the server holds the first certificate's key.</summary>
public sealed class ServerTrustTests : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _issuer;
    private readonly ServerTrust _trust;

    public ServerTrustTests()
    {
        _root = CertificateMaker.Root(_key, "dpu", Now - (3 * Year), 10 * Year);
        _issuer = CertificateMaker.Issuer(_root, _key, "dpu", Now - (3 * Year));
        _trust = ServerTrust.Pinned(ServerTrust.PublicKeySha256(_root));
    }

    public void Dispose()
    {
        _root.Dispose();
        _issuer.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void A_certificate_of_the_pinned_authority_is_believed_whatever_the_name_and_the_systems_roots()
    {
        using var server = CertificateMaker.Server(_issuer, _key, ["elsewhere"], Now, Year);

        Shown(server, _issuer).ShouldBeTrue();
        Shown(server, _issuer, _root).ShouldBeTrue();
    }

    [Fact]
    public void A_self_made_certificate_is_refused_even_with_the_real_authority_beside_it()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var self = CertificateMaker.Root(key, "dpu", Now, Year);
        using var server = CertificateMaker.Server(self, key, ["dpu"], Now, Year);

        Refusal(self).ShouldContain("not issued by the authority");
        Refusal(server, self).ShouldContain("not issued by the authority");
        Refusal(server, self, _issuer, _root).ShouldContain("not issued by the authority");
    }

    [Fact]
    public void A_certificate_that_only_claims_the_authority_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var forged = CertificateMaker.Server(_issuer, key, ["dpu"], Now, Year);

        Should.Throw<AuthenticationException>(() => Shown(forged, _issuer));
    }

    [Fact]
    public void What_the_DPUs_server_might_issue_itself_is_refused()
    {
        using var server = CertificateMaker.Server(_issuer, _key, ["dpu"], Now, Year);
        using var key = server.GetECDsaPrivateKey()!;
        using var below = CertificateMaker.Server(server, key, ["dpu"], Now, Year / 2);

        Should.Throw<AuthenticationException>(() => Shown(below, server, _issuer)).Message.ShouldContain("not valid");
    }

    [Fact]
    public void An_expired_certificate_is_refused()
    {
        using var server = CertificateMaker.Server(_issuer, _key, ["dpu"], Now - (2 * Year), Year);

        Refusal(server, _issuer).ShouldContain("not valid");
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    public void A_pin_is_a_sha256(string text) => Should.Throw<FormatException>(() => ServerTrust.Pinned(text));

    [Fact]
    public void Without_a_pin_the_system_decides() => ServerTrust.For(JoinKey.Create(null)).Callback.ShouldBeNull();

    private string Refusal(X509Certificate2 server, params X509Certificate2[] sent) =>
        Should.Throw<AuthenticationException>(() => Shown(server, sent)).Message;

    private bool Shown(X509Certificate2 server, params X509Certificate2[] sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.ExtraStore.AddRange(sent);
        return _trust.Callback!(this, server, chain, SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch);
    }
}
