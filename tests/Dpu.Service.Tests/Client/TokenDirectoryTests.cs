using Dpu.Client;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Client;

public sealed class TokenDirectoryTests : IDisposable
{
    private static readonly Uri Address = new("http://127.0.0.1:8470");

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("dpu-token-");

    private TokenDirectory Tokens => new(Path.Combine(_home.FullName, ".dpu", "tokens"));

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public void A_token_is_found_again_and_only_its_owner_can_read_it()
    {
        Tokens.Write(Address, "abc");
        Tokens.Read(Address).ShouldBe("abc");
        File.GetUnixFileMode(Tokens.PathFor(Address)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Path.GetDirectoryName(Tokens.PathFor(Address))!)
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void A_directory_that_was_open_to_others_is_closed()
    {
        var directory = Directory.CreateDirectory(Path.GetDirectoryName(Tokens.PathFor(Address))!);
        File.SetUnixFileMode(directory.FullName, (UnixFileMode)0b111_101_101);
        Tokens.Write(Address, "abc");
        File.GetUnixFileMode(directory.FullName).ShouldBe((UnixFileMode)0b111_000_000);
    }

    [Fact]
    public void A_new_token_replaces_the_old_one_and_leaves_nothing_else_behind()
    {
        Tokens.Write(Address, "old");
        Tokens.Write(Address, "new");
        Tokens.Read(Address).ShouldBe("new");
        Directory.GetFiles(Path.GetDirectoryName(Tokens.PathFor(Address))!).Length.ShouldBe(1);
    }

    [Fact]
    public void A_service_deletes_its_own_token_only()
    {
        Tokens.Write(Address, "of a later start");
        Tokens.Delete(Address, "mine");
        Tokens.Read(Address).ShouldBe("of a later start");
        Tokens.Delete(Address, "of a later start");
        Tokens.Read(Address).ShouldBeNull();
    }

    [Theory]
    [InlineData("http://127.0.0.1:8470", "127.0.0.1_8470")]
    [InlineData("http://localhost:8470", "127.0.0.1_8470")]
    [InlineData("http://[::1]:8470", "_1_8470")]
    [InlineData("https://dpu.example.org", "dpu.example.org_443")]
    public void The_file_is_named_for_host_and_port(string address, string name)
    {
        Path.GetFileName(Tokens.PathFor(new Uri(address))).TrimStart('_').ShouldBe(name.TrimStart('_'));
        Path.GetFileName(Tokens.PathFor(new Uri(address))).ShouldNotContain(":");
    }

    [Fact]
    public void Without_a_file_one_is_a_visitor() => Tokens.Read(Address).ShouldBeNull();
}
