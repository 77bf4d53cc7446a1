using System.Net;
using Dpu.Cli;
using Dpu.Client.Trust;
using Dpu.Service.Tests.Client;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Cli;

public sealed class LoginCommandTests : IDisposable
{
    private const string Secret = "00000000000000000000000000000000000000000000000000000000000000aa";
    private const string Token = "dpu-user:u0123abcd:" + Secret;
    private const string Pin = "11111111111111111111111111111111111111111111111111111111111111bb";
    private const string OtherPin = "22222222222222222222222222222222222222222222222222222222222222cc";
    private const string Health = """{"dpu":"dpu","version":"1","role":"embedded","state":"ready","started":"2030-04-28T08:00:00Z"}""";
    private const string Answer = $$"""{"user":"jane","type":"2","id":"u0123abcd","token":"{{Token}}","expires":"2030-05-28T08:00:00Z"}""";
    private const string Who = """{"name":"jane","type":"2","projects":["KIDS, north","common"],"project":"KIDS, north","privileges":"project","token":"u0123abcd","expires":"2030-05-28T08:00:00Z"}""";
    private static readonly Uri Far = new("https://dpu.example.org:8470");

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _kept = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_password_comes_from_standard_input_and_the_token_is_kept()
    {
        var dpu = Dpu();
        var run = await RunAsync(dpu, context => context with { OpenInput = CliRun.Input("correct, \"horse\" стейпл\nrest\n") }, "login", "jane", "--expires", "1d", "--note", "laptop");

        run.ExitCode.ShouldBe(0);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldBe("You are jane, a user of type 2, of the projects 'KIDS, north', common; what you make goes to 'KIDS, north', privileges project (token u0123abcd, until 2030-05-28 08:00:00).\n");
        _kept.ShouldBe([$"http://127.0.0.1:8470/ {Token}"]);
        var login = dpu.Requests.Single(request => request.Path == "/api/v1/login");
        login.Body!.ShouldContain("\"user\":\"jane\"");
        login.Body!.ShouldContain("\"expiresInSeconds\":86400");
        run.Error.ShouldNotContain(Secret);
    }

    [Fact]
    public async Task At_a_terminal_it_is_asked_for_and_not_shown()
    {
        var shown = new List<bool>();
        var run = await RunAsync(Dpu(), context => context with { InputIsTerminal = true, ReadTyped = Typing(shown, "correct horse") }, "login", "jane");

        run.ExitCode.ShouldBe(0);
        run.Error.ShouldStartWith("Password of jane at http://127.0.0.1:8470: \n");
        run.Error.ShouldNotContain("correct horse");
        shown.ShouldBe([false]);
    }

    [Fact]
    public async Task A_wrong_password_keeps_nothing_and_says_no_more_than_the_DPU()
    {
        var dpu = new FakeDpu().When(HttpMethod.Get, "/health", Health)
            .When(HttpMethod.Post, "/login", () => Unauthorized("wrong-password", "The name or the password is wrong."));
        var run = await RunAsync(dpu, context => context with { OpenInput = CliRun.Input("wrong\n") }, "login", "jane");

        run.ShouldBe(new CliRun(3, "", "dpu: The name or the password is wrong.\n"));
        _kept.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("it is read from standard input", "", "login", "jane")]
    [InlineData("USER, --expires and --note go with a password", "", "login", "jane", "--token-file", "x")]
    [InlineData("--trust: 'abc' is no SHA-256", "", "login", "jane", "--trust", "abc")]
    public async Task What_cannot_be_is_refused_with_a_sentence(string sentence, string input, params string[] tokens)
    {
        var run = await RunAsync(Dpu(), context => context with { OpenInput = CliRun.Input(input) }, tokens);
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain(sentence);
        _kept.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tokens_file_brings_the_authority_along()
    {
        var file = TokenFile(Pin);
        var run = await FarAsync(context => context with { Meet = Meeting(Pin) }, "--token-file", file);

        run.ExitCode.ShouldBe(0);
        _kept.ShouldBe([$"{Far} {Token}"]);
        KnownAuthorities.Find(Far, _folder.Path).ShouldBe(Pin);
    }

    [Fact]
    public async Task A_DPU_with_another_authority_than_the_files_is_sent_nothing()
    {
        var run = await FarAsync(context => context with { Meet = Meeting(OtherPin) }, "--token-file", TokenFile(Pin));

        run.ExitCode.ShouldBe(3);
        run.Error.ShouldContain($"does not have the authority {Pin}, but {OtherPin}");
        _kept.ShouldBeEmpty();
        KnownAuthorities.Find(Far, _folder.Path).ShouldBeNull();
    }

    [Fact]
    public async Task Another_authority_than_the_one_that_was_known_is_not_taken_silently()
    {
        KnownAuthorities.Keep(Far, _folder.Path, OtherPin);
        var run = await FarAsync(context => context with { Meet = Meeting(Pin) }, "--token-file", TokenFile(Pin));

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("you knew another authority");
        _kept.ShouldBeEmpty();
        KnownAuthorities.Find(Far, _folder.Path).ShouldBe(OtherPin);
    }

    [Theory]
    [InlineData("yes", 0)]
    [InlineData("y", 3)]
    [InlineData("", 3)]
    [InlineData(null, 3)]
    public async Task A_person_says_whether_the_authority_is_the_right_one(string? typed, int exitCode)
    {
        var shown = new List<bool>();
        var run = await FarAsync(context => context with { Meet = Meeting(Pin), InputIsTerminal = true, ReadTyped = Typing(shown, typed) }, "--token-file", TokenFile(null));

        run.ExitCode.ShouldBe(exitCode);
        run.Error.ShouldContain(Pin);
        shown.ShouldBe([true]);
        KnownAuthorities.Find(Far, _folder.Path).ShouldBe(exitCode == 0 ? Pin : null);
        _kept.Count.ShouldBe(exitCode == 0 ? 1 : 0);
    }

    [Fact]
    public async Task Where_nobody_can_be_asked_it_has_to_be_said_beforehand()
    {
        (await FarAsync(context => context with { Meet = Meeting(Pin) }, "--token-file", TokenFile(null))).Error.ShouldContain($"say --trust {Pin}");
        (await FarAsync(context => context with { Meet = Meeting(Pin) }, "--token-file", TokenFile(null), "--trust", Pin)).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_token_or_a_password_is_not_sent_in_plain_text_to_another_host()
    {
        var dpu = Dpu();
        var run = await RunAsync(dpu, context => context with { OpenInput = CliRun.Input("correct horse\n") }, "login", "jane", "--dpu", "http://dpu.example.org:8470");
        run.ExitCode.ShouldBe(3);
        run.Error.ShouldContain("Write https:// instead of http://");
        var jobs = await RunAsync(dpu, context => context, "jobs", "--dpu", "http://dpu.example.org:8470");
        jobs.Error.ShouldContain("Write https:// instead of http://");
        dpu.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Logging_out_revokes_the_token_and_removes_it_also_when_it_was_over()
    {
        const string Key = """{"id":"u0123abcd","for":"user","state":"revoked","reusable":true,"created":"2030-04-28T08:00:00Z","expires":"2030-05-28T08:00:00Z","by":"jane","note":null,"lastUsed":null,"lastUsedBy":"jane"}""";
        var dropped = new List<string>();
        CliContext Change(CliContext context) => context with { LoginToken = _ => Token, DropLogin = (_, token) => dropped.Add(token) };

        (await RunAsync(new FakeDpu().When(HttpMethod.Post, "/logout", Key), Change, "logout")).ShouldBe(new CliRun(0, "", "'jane' is logged out: token u0123abcd is of no use any more.\n"));
        (await RunAsync(new FakeDpu().When(HttpMethod.Post, "/logout", () => Unauthorized("token-expired", "Token u0123abcd expired.")), Change, "logout")).ExitCode.ShouldBe(0);
        dropped.ShouldBe([Token, Token]);
        (await RunAsync(new FakeDpu(), context => context with { LoginToken = _ => null }, "logout")).Error.ShouldContain("You have not logged in");
    }

    [Theory]
    [InlineData("user", "add", "jane", "--type", "2", "--project", "KIDS, north", "--default-project", "KIDS, north")]
    [InlineData("user", "set", "jane", "--project", "KIDS, north", "--default-project", "KIDS, north")]
    public async Task Projects_are_never_split(params string[] tokens)
    {
        const string User = """{"name":"jane","type":"2","projects":["KIDS, north"],"project":"KIDS, north","privileges":"project","enabled":true,"hasPassword":false,"tokens":0,"added":"2030-04-28T08:00:00Z","addedBy":"root","waitSeconds":0}""";
        var dpu = new FakeDpu().When(HttpMethod.Post, "/users", User, HttpStatusCode.Created).When(HttpMethod.Post, "/users/jane/set", User);
        var run = await RunAsync(dpu, context => context, tokens);
        run.ExitCode.ShouldBe(0);
        dpu.Requests.ShouldHaveSingleItem().Body!.ShouldContain("\"projects\":[\"KIDS, north\"]");
    }

    private Task<CliRun> FarAsync(Func<CliContext, CliContext> change, params string[] tokens) => RunAsync(Dpu(), change, ["login", "--dpu", Far.AbsoluteUri, .. tokens]);

    private Task<CliRun> RunAsync(FakeDpu dpu, Func<CliContext, CliContext> change, params string[] tokens) => CliRun.With(
        dpu,
        context => change(context with
        {
            KeepLogin = (address, token) => _kept.Add($"{address} {token}"),
            Variable = name => name == "HOME" ? _folder.Path : context.Variable(name),
        }),
        tokens);

    private static HttpResponseMessage Unauthorized(string code, string detail) =>
        FakeDpu.Problem(HttpStatusCode.Unauthorized, $$"""{"title":"Not logged in","status":401,"detail":"{{detail}}","code":"{{code}}","errors":[]}""");

    private string TokenFile(string? pin)
    {
        var path = _folder.At("jane.token");
        SecretFile.Write(path, $"{Token}{(pin is null ? "" : ":" + pin)}\n", replace: true);
        return path;
    }

    /// <summary>A server whose authority has this key: believed by whoever pins it.</summary>
    private static Func<Uri, ServerTrust, Task<(bool, string?)>> Meeting(string pin) => (_, trust) => Task.FromResult((trust.Pin == pin, (string?)pin));

    private static Func<bool, string?> Typing(List<bool> shown, string? line) => isShown =>
    {
        shown.Add(isShown);
        return line;
    };

    private static FakeDpu Dpu() => new FakeDpu()
        .When(HttpMethod.Get, "/health", Health)
        .When(HttpMethod.Post, "/login", Answer)
        .When(HttpMethod.Get, "/whoami", Who);
}
