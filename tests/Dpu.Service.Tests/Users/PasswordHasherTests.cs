using Dpu.Service.Users;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Users;

public sealed class PasswordHasherTests : IDisposable
{
    private readonly PasswordHasher _hasher = new(iterations: 10);

    public void Dispose() => _hasher.Dispose();

    [Theory]
    [InlineData("correct horse")]
    [InlineData("пароль, \"десять\"")]
    [InlineData("🔭🪐🌌")]
    public async Task The_password_that_was_hashed_is_known_again_and_no_other(string password)
    {
        var hash = await _hasher.HashAsync(password, CancellationToken.None);

        hash!.ShouldStartWith("pbkdf2-sha256:10:");
        hash.ShouldNotContain(password);
        (await _hasher.VerifyAsync(password, hash, CancellationToken.None)).ShouldBe(true);
        (await _hasher.VerifyAsync(password + " ", hash, CancellationToken.None)).ShouldBe(false);
        (await _hasher.VerifyAsync(password, null, CancellationToken.None)).ShouldBe(false);
        (await _hasher.HashAsync(password, CancellationToken.None)).ShouldNotBe(hash);
    }

    // Computed with openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt pass:password -kdfopt salt:salt -kdfopt iter:2 PBKDF2, and in RFC 7914's draft of test vectors.
    [Fact]
    public async Task A_hash_is_what_its_text_says_it_is()
    {
        var hash = $"pbkdf2-sha256:2:{Convert.ToBase64String("salt"u8)}:{Convert.ToBase64String(Convert.FromHexString("ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43"))}";
        (await _hasher.VerifyAsync("password", hash, CancellationToken.None)).ShouldBe(true);
        (await _hasher.VerifyAsync("Password", hash, CancellationToken.None)).ShouldBe(false);
    }

    [Fact]
    public async Task Too_many_at_once_are_told_so()
    {
        using var slow = new PasswordHasher(iterations: 300_000);
        var all = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => slow.VerifyAsync("x", null, CancellationToken.None)));

        all.Count(one => one is null).ShouldBeGreaterThan(0);
        all.Count(one => one is false).ShouldBeGreaterThanOrEqualTo(50);
        (await slow.VerifyAsync("x", null, CancellationToken.None)).ShouldBe(false);
    }
}
