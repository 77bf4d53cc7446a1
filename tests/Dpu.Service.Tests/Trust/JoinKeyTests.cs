using Dpu.Client.Trust;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Trust;

public sealed class JoinKeyTests : IDisposable
{
    private static readonly string Pin = new('a', 64);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_line_says_what_the_key_says()
    {
        foreach (var key in (JoinKey[])[JoinKey.Create(null), JoinKey.Create(Pin)])
        {
            var read = JoinKey.Parse(key.Line + "\n");

            (read.Id, read.Secret, read.CaSha256).ShouldBe((key.Id, key.Secret, key.CaSha256));
            read.Parameter.ShouldBe($"dpu-key:{key.Id}:{key.Secret}");
            read.ToString().ShouldBe($"join key {key.Id}");
        }
    }

    [Fact]
    public void No_two_keys_are_the_same() => JoinKey.Create(null).Secret.ShouldNotBe(JoinKey.Create(null).Secret);

    [Theory]
    [InlineData("")]
    [InlineData("dpu-key")]
    [InlineData("dpu-key:0123abcd")]
    [InlineData("dpu-key:0123abcd:short")]
    [InlineData("dpu-key:x:SECRET")]
    [InlineData("dpu-key:0123abcd:SECRET:short")]
    [InlineData("dpu-key:0123abcd:SECRET:")]
    [InlineData("dpu-key:0123abcd:SECRET:PIN:more")]
    [InlineData("dpu-node:0123abcd:SECRET")]
    public void What_is_no_key_is_refused_without_being_shown(string form)
    {
        var secret = new string('b', 64);
        var text = form.Replace("SECRET", secret, StringComparison.Ordinal).Replace("PIN", Pin, StringComparison.Ordinal);

        Should.Throw<FormatException>(() => JoinKey.Parse(text)).Message.ShouldNotContain(secret);
    }

    [Fact]
    public void A_key_file_is_for_its_owner_only()
    {
        var key = JoinKey.Create(Pin);
        var path = _folder.File("key", key.Line + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Should.Throw<FormatException>(() => JoinKey.ReadFile(path)).Message.ShouldContain("chmod 600");

        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        JoinKey.ReadFile(path).Line.ShouldBe(key.Line);
    }

    [Fact]
    public void A_wrong_key_file_is_named()
    {
        var path = _folder.File("key", "something else\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Should.Throw<FormatException>(() => JoinKey.ReadFile(path)).Message.ShouldContain(path);
    }

    [Theory]
    [InlineData("lce001", true)]
    [InlineData("a-b_c.example", true)]
    [InlineData("", false)]
    [InlineData("a:b", false)]
    [InlineData("a b", false)]
    [InlineData("é", false)]
    public void A_name_can_stand_anywhere(string name, bool allowed)
    {
        NodeCredential.IsName(name).ShouldBe(allowed);
        if (!allowed)
        {
            Should.Throw<ArgumentException>(() => NodeCredential.Create(name));
        }
    }

    [Fact]
    public void An_identity_is_read_as_it_was_kept()
    {
        var made = NodeCredential.Create("lce001");

        var read = NodeCredential.TryParse(made.Parameter).ShouldNotBeNull();

        (read.Name, read.Secret, read.IdentityHash).ShouldBe((made.Name, made.Secret, made.IdentityHash));
        made.IdentityHash.ShouldNotContain(made.Secret);
        made.ToString().ShouldBe("identity of node lce001");
        NodeCredential.TryParse("dpu-node:lce001:short").ShouldBeNull();
        NodeCredential.TryParse(JoinKey.Create(null).Parameter).ShouldBeNull();
    }
}
