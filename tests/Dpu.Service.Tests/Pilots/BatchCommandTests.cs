using Dpu.Actors.Scaling;
using Dpu.Service.Pilots;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Pilots;

public sealed class BatchCommandTests : IDisposable
{
    private readonly FakeCommands _commands = new();

    public void Dispose() => _commands.Dispose();

    [Fact]
    public async Task A_command_that_is_not_there_is_named()
    {
        (await Should.ThrowAsync<BatchSystemException>(() => _commands.Runner.RunAsync("sbatch-of-nowhere", [], null, CancellationToken.None))).Message
            .ShouldStartWith("There is no command 'sbatch-of-nowhere' in ");
    }

    [Fact]
    public async Task One_that_does_not_answer_is_ended_with_what_it_started()
    {
        _commands.Script("hang", "echo still trying >&2\nsleep 1000");
        var command = new BatchCommand(_commands.SearchPath, TimeSpan.FromMilliseconds(300));
        (await Should.ThrowAsync<BatchSystemException>(() => command.RunAsync("hang", [], null, CancellationToken.None))).Message
            .ShouldBe("hang: it did not answer within 0.3 s: still trying");
    }

    [Fact]
    public async Task One_that_prints_without_end_is_ended()
    {
        _commands.Script("chatter", "exec cat /dev/zero");
        (await Should.ThrowAsync<BatchSystemException>(() => _commands.Runner.RunAsync("chatter", [], null, CancellationToken.None))).Message
            .ShouldBe("chatter: it printed more than 16 MiB and was ended");
    }

    [Fact]
    public async Task Its_words_are_one_line_without_control_characters()
    {
        _commands.Say("odd", "", "a\u001b[31m\n\n b\n", 4);
        (await Should.ThrowAsync<BatchSystemException>(() => _commands.Runner.SucceedAsync("odd", [], null, CancellationToken.None))).Message.ShouldBe("odd: a [31m | b");
    }

    [Fact]
    public async Task One_that_does_not_read_its_input_is_no_failure()
    {
        _commands.Script("deaf", "exit 0");
        (await _commands.Runner.RunAsync("deaf", [], new string('x', 1 << 20), CancellationToken.None)).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Every_argument_arrives_as_it_is()
    {
        string[] wicked = ["8,6", "a b", "it's", "\"q\"", "$(id)", "`id`", "line\nline", "*", "-n"];
        _commands.Say("plain", "");
        await _commands.Runner.SucceedAsync("plain", wicked, null, CancellationToken.None);
        _commands.ArgumentsOf("plain").ShouldBe(wicked);
    }
}
