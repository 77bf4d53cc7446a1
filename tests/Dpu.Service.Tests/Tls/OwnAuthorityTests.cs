using System.Security.Cryptography.X509Certificates;
using Dpu.Client.Trust;
using Dpu.Service.Tests.Configuration;
using Dpu.Service.Tls;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Tls;

public sealed class OwnAuthorityTests : IDisposable
{
    private static readonly string[] Names = ["lce001", "192.0.2.7", "fd00::7"];

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_made_is_kept_over_restarts()
    {
        using var first = Start();
        using var second = Start();

        second.Certificate.RawData.ShouldBe(first.Certificate.RawData);
        second.CaSha256.ShouldBe(first.CaSha256);
        second.Chain.ShouldHaveSingleItem().RawData.ShouldBe(first.Chain[0].RawData);
        second.Certificate.HasPrivateKey.ShouldBeTrue();
    }

    [Fact]
    public void The_certificate_is_for_the_names_and_the_issuer_shows_the_pinned_key()
    {
        using var made = Start();

        CertificateNames.Of(made.Certificate).ShouldBe(Names, ignoreOrder: true);
        ServerTrust.PublicKeySha256(made.Chain[0]).ShouldBe(made.CaSha256);
        using var root = X509CertificateLoader.LoadCertificateFromFile(Authority.RootPath);
        ServerTrust.PublicKeySha256(root).ShouldBe(made.CaSha256);
    }

    [Fact]
    public void Who_imports_the_root_believes_the_server()
    {
        using var made = Start();
        using var root = X509CertificateLoader.LoadCertificateFromFile(Authority.RootPath);
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                VerificationTime = _time.GetUtcNow().UtcDateTime,
                CustomTrustStore = { root },
                ExtraStore = { made.Chain[0] },
            },
        };

        chain.Build(made.Certificate).ShouldBeTrue();
    }

    [Fact]
    public void Other_names_of_the_host_and_a_near_end_make_a_new_certificate_of_the_same_authority()
    {
        using var first = Start();
        using var renamed = Start([.. Names, "dpu.example.org"]);
        _time.Advance(TimeSpan.FromDays(3 * 365));
        using var renewed = Start([.. Names, "dpu.example.org"]);

        CertificateNames.Of(renamed.Certificate).ShouldContain("dpu.example.org");
        renewed.Certificate.RawData.ShouldNotBe(renamed.Certificate.RawData);
        renewed.Certificate.NotAfter.ToUniversalTime().ShouldBeGreaterThan(_time.GetUtcNow().UtcDateTime.AddDays(4 * 365));
        new[] { first.CaSha256, renamed.CaSha256 }.ShouldAllBe(pin => pin == renewed.CaSha256);
    }

    [Fact]
    public void A_crash_between_the_files_costs_nothing()
    {
        using var first = Start();
        File.Delete(Authority.RootPath);
        File.WriteAllText(_folder.At("tls/server.pem"), "half of it");

        using var second = Start();

        second.CaSha256.ShouldBe(first.CaSha256);
        File.GetUnixFileMode(_folder.At("tls/server.pem")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_lost_or_damaged_authority_is_told_and_not_made_anew()
    {
        Start().Dispose();
        var key = File.ReadAllText(_folder.At("tls/ca.key"));
        Should.Throw<StartupException>(() => WithKey("nonsense")).Message.ShouldContain("holds no private key");
        using var other = System.Security.Cryptography.ECDsa.Create();
        Should.Throw<StartupException>(() => WithKey(other.ExportPkcs8PrivateKeyPem())).Message.ShouldContain("is not the key of");
        File.Delete(_folder.At("tls/ca.key"));
        Should.Throw<StartupException>(() => Start()).Message.ShouldContain("nodes that joined with the old one need new keys");

        using var again = WithKey(key);
        again.Certificate.HasPrivateKey.ShouldBeTrue();
    }

    private OwnAuthority Authority => new(_folder.Path, "tls-dpu", _time);

    private ServerIdentity Start(string[]? names = null) => Authority.Identity(names ?? Names);

    private ServerIdentity WithKey(string text)
    {
        File.WriteAllText(_folder.At("tls/ca.key"), text);
        return Start();
    }
}
