using System.Text.Json;
using Dpu.Cli;
using Dpu.Service.Tests.Client;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Cli;

/// <summary>Commands that need a configuration but no running DPU.</summary>
public sealed class HostingCommandTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dpu-config-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_file_alone_is_resolved_whatever_its_keys()
    {
        var file = Write("my.conf", "a = 1\nb { c = ${a}, d = [x, \"8,6\"] }\n");
        var run = await CliRun.Of(new FakeDpu(), "config", file);
        run.ExitCode.ShouldBe(0);
        JsonSerializer.Serialize(JsonDocument.Parse(run.Out).RootElement).ShouldBe("""{"a":1,"b":{"c":1,"d":["x","8,6"]}}""");
    }

    [Fact]
    public async Task Origins_name_file_and_line_of_each_value()
    {
        var file = Write("my.conf", "a = 1\nb { c = ${a} }\n");
        var entry = JsonDocument.Parse((await CliRun.Of(new FakeDpu(), "config", file, "--origins")).Out).RootElement[1];
        entry.GetProperty("path").GetString().ShouldBe("b.c");
        entry.GetProperty("value").GetInt32().ShouldBe(1);
        entry.GetProperty("file").GetString().ShouldBe(file);
        entry.GetProperty("line").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task A_mistake_in_a_file_is_shown_with_its_place()
    {
        var file = Write("my.conf", "a = 1\nb = ${nothing}\n");
        var run = await CliRun.Of(new FakeDpu(), "config", file);
        run.ExitCode.ShouldBe(2);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldContain($"{file}:2:");
    }

    [Fact]
    public async Task The_effective_configuration_shows_what_was_defined_last()
    {
        var run = await CliRun.Of(new FakeDpu(), "config", "-D", "dpu.node.cpus=2", "-Ddpu.node.cpus=3", "--port", "9001");
        run.ExitCode.ShouldBe(0, run.Error);
        var dpu = JsonDocument.Parse(run.Out).RootElement.GetProperty("dpu");
        dpu.GetProperty("node").GetProperty("cpus").GetInt32().ShouldBe(3);
        dpu.GetProperty("http").GetProperty("port").GetInt32().ShouldBe(9001);
    }

    [Fact]
    public async Task A_doctor_finds_an_unknown_key_and_says_which_was_meant()
    {
        var file = Write("site.conf", "dpu.nod.cpus = 2\n");
        var run = await CliRun.Of(new FakeDpu(), "doctor", "--json", "--config", file, "--data", _directory.FullName);
        run.ExitCode.ShouldBe(1);
        var finding = JsonDocument.Parse(run.Out).RootElement[0];
        finding.GetProperty("ok").GetBoolean().ShouldBeFalse();
        finding.GetProperty("message").GetString()!.ShouldContain("site.conf:1:");
    }

    [Theory]
    [InlineData("serve", "--port", "99999")]
    [InlineData("serve", "-D", "nonsense")]
    [InlineData("serve", "--config", "/no/such/file.conf")]
    [InlineData("serve", "--role", "nonsense")]
    [InlineData("serve", "--role", "backend")]
    [InlineData("config", "/no/such/file.conf")]
    [InlineData("config", "/dev/null", "--port", "1")]
    public async Task A_wrong_command_ends_with_2(params string[] tokens)
    {
        var run = await CliRun.With(new FakeDpu(), context => context with { CatchInterrupt = () => new Interrupt() }, tokens);
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldStartWith("dpu: ");
        run.Out.ShouldBeEmpty();
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
