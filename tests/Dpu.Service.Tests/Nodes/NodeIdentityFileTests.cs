using Dpu.Client.Trust;
using Dpu.Service.Nodes;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Nodes;

public sealed class NodeIdentityFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dpu-identity-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_identity_is_kept_for_its_user_alone()
    {
        var identity = new KeptIdentity(NodeCredential.Create("schmidt"), new string('a', 64), "0123abcd");
        var file = new NodeIdentityFile(Folder("one"));
        file.Read().ShouldBeNull();

        file.Write(identity);

        file.Read().ShouldNotBeNull().ShouldSatisfyAllConditions(
            kept => kept.Credential.Parameter.ShouldBe(identity.Credential.Parameter),
            kept => kept.CaSha256.ShouldBe(identity.CaSha256),
            kept => kept.JoinedWith.ShouldBe("0123abcd"));
        File.GetUnixFileMode(file.Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(Folder("one")).ShouldBe([file.Path]);
    }

    [Fact]
    public void A_copy_of_it_is_refused()
    {
        var original = new NodeIdentityFile(Folder("one"));
        original.Write(new KeptIdentity(NodeCredential.Create("schmidt"), null, "0123abcd"));
        var copy = new NodeIdentityFile(Folder("two"));
        File.Copy(original.Path, copy.Path);

        var refused = Should.Throw<StartupException>(copy.Read);

        (refused.ExitCode, refused.Message).ShouldSatisfyAllConditions(
            told => told.ExitCode.ShouldBe(2),
            told => told.Message.ShouldContain("it is a copy"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"credential":"dpu-node:schmidt:short"}""")]
    public void What_is_no_identity_is_told_as_that(string text)
    {
        var file = new NodeIdentityFile(Folder("one"));
        File.WriteAllText(file.Path, text);

        Should.Throw<StartupException>(file.Read).Message.ShouldContain("identity.json");
    }

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
}
