using System.Net;
using Dpu.Service.Tests.Client;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Cli;

public sealed class KeyCommandTests : IDisposable
{
    private const string Line = "dpu-key:0123abcd:00000000000000000000000000000000000000000000000000000000000000aa";
    private const string Created = $$"""{"id":"0123abcd","line":"{{Line}}","expires":"2030-05-05T08:00:00Z"}""";
    private const string Key = """{"id":"0123abcd","for":"node","state":"used","reusable":false,"created":"2030-04-28T08:00:00Z","expires":"2030-05-05T08:00:00Z","by":"fokke","note":"rack 7","lastUsed":"2030-04-29T08:00:00Z","lastUsedBy":"lce001"}""";
    private const string Identity = """{"id":"node:lce001","for":"identity","state":"usable","reusable":true,"created":"2030-04-29T08:00:00Z","expires":null,"by":"0123abcd","note":null,"lastUsed":"2030-04-29T08:00:00Z","lastUsedBy":"lce001"}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_a_file_the_key_goes_to_standard_output_alone()
    {
        var dpu = Dpu();
        (await CliRun.Of(dpu, "key", "create", "--for", "node", "--expires", "7d", "--note", "rack 7, left", "--reusable")).ShouldBe(new CliRun(0, Line + "\n", ""));
        dpu.Requests.ShouldHaveSingleItem().Body.ShouldBe("""{"for":"node","reusable":true,"expiresInSeconds":604800,"note":"rack 7, left"}""");
    }

    [Fact]
    public async Task A_key_file_is_for_its_owner_only_and_the_key_is_nowhere_else()
    {
        var path = _folder.At("a, key");
        var run = await CliRun.Of(Dpu(), "key", "create", "--for", "node", "--out", path);
        var json = await CliRun.Of(Dpu(), "key", "create", "--for", "node", "--json", "--out", path + "2");

        run.ExitCode.ShouldBe(0);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldStartWith($"Key 0123abcd is in {path}; a node may join with it until 2030-05-05");
        json.Out.ShouldBe("""{"id":"0123abcd","line":null,"expires":"2030-05-05T08:00:00Z"}""" + "\n");
        (await File.ReadAllTextAsync(path)).ShouldBe(Line + "\n");
        File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.EnumerateFiles(_folder.Path).Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_file_that_is_there_is_never_overwritten()
    {
        var path = _folder.File("key", "another key\n");
        var dpu = Dpu();
        var run = await CliRun.Of(dpu, "key", "create", "--for", "node", "--out", path);

        run.ShouldBe(new CliRun(2, "", $"dpu: {path} is there already: choose another name, or remove it first.\n"));
        dpu.Requests.ShouldBeEmpty();
        (await File.ReadAllTextAsync(path)).ShouldBe("another key\n");
    }

    [Fact]
    public async Task A_key_that_cannot_be_written_down_is_revoked()
    {
        var dpu = Dpu();
        var run = await CliRun.Of(dpu, "key", "create", "--for", "node", "--out", _folder.At("no/such/folder/key"));

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldNotContain(Line);
        dpu.Requests.Select(request => request.Method).ShouldBe([HttpMethod.Post, HttpMethod.Delete]);
    }

    [Theory]
    [InlineData("--for takes node or user, not 'nodes'", "create", "--for", "nodes")]
    [InlineData("--user goes with --for user", "create", "--for", "node", "--user", "jane")]
    [InlineData("--reusable is for keys of nodes", "create", "--for", "user", "--user", "jane", "--reusable")]
    [InlineData("--expires takes a time", "create", "--for", "node", "--expires", "never")]
    [InlineData("An empty text is no key", "revoke", " ")]
    public async Task What_cannot_be_is_refused_with_a_sentence(string sentence, params string[] tokens)
    {
        var dpu = Dpu();
        var run = await CliRun.Of(dpu, ["key", .. tokens]);
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldStartWith($"dpu: {sentence}");
        dpu.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("dpu key: ", "key")]
    [InlineData("dpu key create: ", "key", "create")]
    [InlineData("dpu key revoke: ", "key", "revoke")]
    public async Task What_is_missing_is_told_under_the_commands_whole_name(string start, params string[] tokens)
    {
        var run = await CliRun.Of(Dpu(), tokens);
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldStartWith(start);
        run.Error.ShouldContain($"Try '{string.Join(' ', ["dpu", .. tokens])} --help'.");
    }

    [Fact]
    public async Task The_list_shows_keys_and_identities()
    {
        var run = await CliRun.Of(Dpu(), "key", "list");
        var lines = run.Out.Split('\n');
        lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3].ShouldBe(["ID", "FOR", "STATE"]);
        lines[1].ShouldContain("0123abcd     node      used");
        lines[1].ShouldContain("lce001");
        lines[2].ShouldContain("node:lce001  identity  usable");
        lines[2].ShouldEndWith("joined with 0123abcd");
        (await CliRun.Of(Dpu(), "key", "list", "--json")).Out.ShouldBe($"[{Key},{Identity}]\n");
    }

    [Fact]
    public async Task Revoking_says_what_is_not_revoked_by_it()
    {
        (await CliRun.Of(Dpu(), "key", "revoke", "0123abcd")).Error.ShouldContain("'dpu key revoke node:lce001' cuts it off");
        (await CliRun.Of(Dpu(), "key", "revoke", "node:lce001")).Error.ShouldContain("dpu key revoke 0123abcd");
    }

    private static FakeDpu Dpu() => new FakeDpu()
        .When(HttpMethod.Post, "/keys", Created, HttpStatusCode.Created)
        .When(HttpMethod.Get, "/keys", $"[{Key},{Identity}]")
        .When(HttpMethod.Delete, "/keys/0123abcd", Key)
        .When(HttpMethod.Delete, "/keys/node%3Alce001", Identity);
}
