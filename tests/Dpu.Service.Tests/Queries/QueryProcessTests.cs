using Dpu.Service.Queries;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Queries;

public sealed class QueryProcessTests : IDisposable
{
    private const long OutputMax = 1 << 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("DPU_TEST_SECRET", null);
        _folder.Dispose();
    }

    [Fact]
    public async Task What_it_prints_is_told_whole()
    {
        var end = await RunAsync("printf '%s|' \"$@\"; echo noise >&2", "--patch", "8,6", "--name", "a b\n'c\"");

        end.ShouldBe(new QueryEnd.Printed("--patch|8,6|--name|a b\n'c\"|"));
    }

    [Fact]
    public async Task Its_environment_holds_nothing_of_ours()
    {
        Environment.SetEnvironmentVariable("DPU_TEST_SECRET", "secret");

        var names = (await PrintedAsync("env; pwd")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        names.Select(line => line.Split('=')[0]).Except(["PWD", "OLDPWD", "SHLVL", "_", _folder.Path]).Order(StringComparer.Ordinal)
            .ShouldBe(["DPU_QUERY", "HOME", "LANG", "PATH", "TMPDIR"]);
        names.ShouldContain($"HOME={_folder.Path}");
        names[^1].ShouldBe(_folder.Path);
    }

    [Fact]
    public async Task A_failure_is_told_with_its_exit_code_and_last_words()
    {
        (await FailedAsync("for i in 1 2 3 4 5 6 7; do echo line $i >&2; done; exit 7")).ShouldBe(
            "it ended with exit code 7; its last words: line 3 | line 4 | line 5 | line 6 | line 7");
        (await FailedAsync("exit 1")).ShouldBe("it ended with exit code 1; it said nothing on stderr");
    }

    [Fact]
    public async Task It_is_ended_when_its_time_is_over_with_everything_that_it_started()
    {
        // A new session and a parent that is gone do not hide it.
        var reason = await FailedAsync("(setsid sh -c 'sleep 1000 & echo $! > child; wait' &) ; while [ ! -s child ]; do :; done; echo started >&2; sleep 1000", TimeSpan.FromSeconds(2));

        reason.ShouldBe("it took longer than 2 s and was ended; its last words: started");
        CommandOfChild().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_it_leaves_running_ends_with_it()
    {
        (await PrintedAsync("sleep 1000 & echo $! > child; echo done")).ShouldBe("done\n");

        CommandOfChild().ShouldBeEmpty();
    }

    [Fact]
    public async Task It_is_ended_when_it_prints_too_much() =>
        (await FailedAsync("while :; do echo 0123456789012345678901234567890123456789; done")).ShouldBe("it printed more than 1 MiB and was ended");

    [Fact]
    public async Task What_is_no_text_is_refused() => (await FailedAsync("printf '\\377'")).ShouldBe("what it printed is no UTF-8");

    [Fact]
    public async Task A_program_that_cannot_be_started_is_told() =>
        (await new QueryProcess("/bin", OutputMax).RunAsync(["/nowhere/at all"], _folder.Path, TimeSpan.FromSeconds(5), CancellationToken.None))
            .ShouldBeOfType<QueryEnd.Failed>().Reason.ShouldStartWith("it could not be started: ");

    /// <summary>Empty when it has ended, whether or not its parent has asked for its exit code.</summary>
    private string CommandOfChild()
    {
        try
        {
            return File.ReadAllText($"/proc/{File.ReadAllText(Path.Combine(_folder.Path, "child")).Trim()}/cmdline");
        }
        catch (Exception gone) when (gone is IOException)
        {
            return "";
        }
    }

    private async Task<string> PrintedAsync(string script) => (await RunAsync(script)).ShouldBeOfType<QueryEnd.Printed>().Output;

    private async Task<string> FailedAsync(string script, TimeSpan? time = null) => (await RunAsync(script, time)).ShouldBeOfType<QueryEnd.Failed>().Reason;

    private Task<QueryEnd> RunAsync(string script, params string[] arguments) => RunAsync(script, null, arguments);

    private Task<QueryEnd> RunAsync(string script, TimeSpan? time, params string[] arguments) => new QueryProcess("/usr/bin:/bin", OutputMax)
        .RunAsync(["/bin/sh", "-c", script, "query", .. arguments], _folder.Path, time ?? TimeSpan.FromMinutes(1), CancellationToken.None);
}
