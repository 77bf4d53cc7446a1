using System.Net;
using System.Text.Json;
using Dpu.Client.Shipping;
using Dpu.Service.Tests.Client;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Cli;

/// <summary>What <c>run</c> and <c>exec</c> send along.</summary>
public sealed class ShipTests : IDisposable
{
    private const string Unknown = """{"title":"Not found","status":404,"detail":"not here","code":"unknown-code"}""";

    private readonly TemporaryFolder _folder = new();
    private readonly FakeDpu _dpu = new();
    private readonly Dictionary<string, string> _variables = new() { ["DPU_NAME"] = FakeDpu.Address.AbsoluteUri };
    private readonly string _sha256;

    public ShipTests()
    {
        _folder.File("awe/lib/a.py", "pass\n");
        _folder.File("awe/a.cfg", "x\n");
        _variables["HOME"] = Directory.CreateDirectory(_folder.At("home")).FullName;
        using var package = CodePacker.Pack(_folder.At("awe"), CancellationToken.None);
        _sha256 = package.Sha256;
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_tree_is_brought_and_named_and_said()
    {
        _dpu.When(HttpMethod.Get, $"/code/{_sha256}", () => FakeDpu.Problem(HttpStatusCode.NotFound, Unknown));
        _dpu.When(HttpMethod.Put, $"/code/{_sha256}", Info(), HttpStatusCode.Created);

        var run = await RunAsync("run", "Null", "--code", _folder.At("awe"));

        run.ExitCode.ShouldBe(0, run.Error);
        Submission().GetProperty("code").GetProperty("sha256").GetString().ShouldBe(_sha256);
        run.Error.ShouldContain($"ships 2 files, 7 bytes of {_folder.At("awe")} (--code); --code none runs released code.");
        _dpu.Requests.Select(request => request.Method).ShouldBe([HttpMethod.Get, HttpMethod.Put, HttpMethod.Post]);
    }

    [Fact]
    public async Task What_is_there_is_not_brought_again()
    {
        _dpu.When(HttpMethod.Get, $"/code/{_sha256}", Info());

        (await RunAsync("exec", "--code", _folder.At("awe"), "--", "true")).ExitCode.ShouldBe(0);

        _dpu.Requests.ShouldNotContain(request => request.Method == HttpMethod.Put);
        Submission().GetProperty("code").GetProperty("sha256").GetString().ShouldBe(_sha256);
    }

    [Fact]
    public async Task The_usual_tree_is_that_of_the_environment()
    {
        _variables["AWEPIPE"] = _folder.At("awe");
        _dpu.When(HttpMethod.Get, $"/code/{_sha256}", Info());

        var run = await RunAsync("run", "Null");
        run.Error.ShouldContain("(AWEPIPE)");
        Submission().TryGetProperty("code", out _).ShouldBeTrue();

        (await RunAsync("run", "Null", "--code", "none")).Error.ShouldNotContain("ships");
        Submission().TryGetProperty("code", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_tree_that_is_not_there_is_a_wrong_command_and_nothing_is_submitted()
    {
        _variables["AWEPIPE"] = _folder.At("nowhere");

        var run = await RunAsync("run", "Null");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("$AWEPIPE");
        run.Error.ShouldContain("--code none");
        _dpu.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Settings_go_along_without_what_looks_secret()
    {
        _folder.File("home/.awe/Environment.cfg", "[global]\nproject : KIDS\ndatabase_password : hunter2\n");
        _variables["PROJECT"] = "8,6 \"x\"";
        _variables["UNRELATED"] = "1";

        var run = await RunAsync("run", "Null");

        var settings = Submission().GetProperty("settings");
        settings.GetProperty("configuration").GetString().ShouldBe("[global]\nproject : KIDS\n");
        settings.GetProperty("variables").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()).ShouldBe(new Dictionary<string, string?> { ["PROJECT"] = "8,6 \"x\"" });
        run.Error.ShouldContain("database_password of Environment.cfg");
        _dpu.Requests.ShouldAllBe(request => request.Body == null || !request.Body.Contains("hunter2"));
    }

    [Fact]
    public async Task Without_any_nothing_goes_along()
    {
        await RunAsync("run", "Null");

        Submission().EnumerateObject().Select(field => field.Name).ShouldNotContain(name => name == "settings" || name == "code");
    }

    private Task<CliRun> RunAsync(params string[] tokens)
    {
        _dpu.Then(Samples.Accepted);
        return CliRun.With(_dpu, context => context with { Variable = name => _variables.GetValueOrDefault(name), Variables = () => _variables }, tokens);
    }

    private JsonElement Submission() => JsonDocument.Parse(_dpu.Requests.Last(request => request.Method == HttpMethod.Post).Body!).RootElement;

    private string Info() => $$"""{"sha256":"{{_sha256}}","sizeBytes":1,"files":2,"unpackedBytes":7,"recipes":[]}""";
}
