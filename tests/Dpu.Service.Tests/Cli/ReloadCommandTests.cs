using System.Net;
using Dpu.Service.Tests.Client;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Cli;

public sealed class ReloadCommandTests
{
    private const string Report = """{"changes":[{"key":"recipes.X","from":null,"to":"{}","live":true,"text":"+ recipe X"},{"key":"http.port","from":"1","to":"2","live":false,"text":"needs a restart: http.port: 1 → 2"}]}""";

    [Fact]
    public async Task What_changed_is_told_a_line_each()
    {
        var run = await CliRun.Of(Answering(Report), "reload");

        (run.ExitCode, run.Out, run.Error).ShouldBe((0, "+ recipe X\nneeds a restart: http.port: 1 → 2\n", ""));
    }

    [Fact]
    public async Task Nothing_is_told_too()
    {
        var run = await CliRun.Of(Answering("""{"changes":[]}"""), "reload");

        (run.ExitCode, run.Out).ShouldBe((0, "Nothing changed.\n"));
    }

    [Fact]
    public async Task A_script_reads_it_as_json()
    {
        var run = await CliRun.Of(Answering(Report), "reload", "--json");

        run.ExitCode.ShouldBe(0);
        run.Out.ShouldContain("needs a restart: http.port: 1 → 2");
        System.Text.Json.JsonDocument.Parse(run.Out).RootElement.GetProperty("changes")[1].GetProperty("live").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_wrong_configuration_ends_with_2()
    {
        var run = await CliRun.Of(Refusing(), "reload");

        (run.ExitCode, run.Out, run.Error).ShouldBe((2, "", "dpu: Nothing was changed.\n  - site.conf:3:1: no.\n"));
    }

    [Fact]
    public async Task Whoever_has_nobody_left_to_tell_ends_all_the_same()
    {
        var run = await CliRun.With(Refusing(), context => context with { Error = new ClosedTerminal() }, "reload");

        run.ExitCode.ShouldBe(2);
    }

    private sealed class ClosedTerminal : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("Input/output error");
    }

    private static FakeDpu Answering(string report) => new FakeDpu().When(HttpMethod.Post, "/reload", report);

    private static FakeDpu Refusing() => new FakeDpu().When(HttpMethod.Post, "/reload", () => FakeDpu.Problem(
        HttpStatusCode.UnprocessableEntity, """{"title":"Refused","status":422,"detail":"Nothing was changed.","code":"bad-configuration","errors":[{"code":"bad-configuration","message":"site.conf:3:1: no."}]}"""));
}
