using Dpu.Cli;
using Dpu.Cli.Waiting;
using Dpu.Client.Contracts;
using Dpu.Service.Tests.Client;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Cli;

public sealed class ProgressBarsTests
{
    private static readonly JobSummary Running = Samples.Finished with { Sequence = "Reduce>[red]\u001b[2J", Status = "RUNNING", Counts = new JobCounts(3, 0, 0, 5, 0), Ended = null };

    [Fact]
    public async Task A_terminal_gets_bars_with_counts_and_nothing_that_a_name_could_do_to_it()
    {
        var shown = await ShowAsync(onTerminal: true, "TERM=xterm", "NO_COLOR=1");
        shown.ShouldContain("RUNNING 3/0/0/5/0");
        shown.ShouldContain("[red]\\x1b[2J");
        shown.ShouldContain("A note.");
        shown.ShouldNotContain("\u001b[2J");
        shown.ShouldNotContain("\u001b[38", Case.Sensitive, "NO_COLOR was asked for");
    }

    [Theory]
    [InlineData(false, "TERM=xterm")]
    [InlineData(true, "TERM=dumb")]
    [InlineData(true, "X=1")]
    public async Task Everything_else_gets_notes_only(bool onTerminal, string variable) => (await ShowAsync(onTerminal, variable)).ShouldBe("A note.\n");

    private static async Task<string> ShowAsync(bool onTerminal, params string[] variables)
    {
        using var error = new StringWriter { NewLine = "\n" };
        var environment = variables.Select(v => v.Split('=')).ToDictionary(v => v[0], v => v[1]);
        var context = new CliContext
        {
            Out = TextWriter.Null,
            Error = error,
            OpenInput = () => Stream.Null,
            ErrorIsTerminal = onTerminal,
            Variable = environment.GetValueOrDefault,
        };
        await ProgressBars.RunAsync(context, progress =>
        {
            progress.Show(Running);
            progress.Note("A note.");
            progress.Show(Running with { Status = "FINISHED", Counts = new JobCounts(8, 0, 0, 0, 0) });
            progress.Show(Running);
            return Task.FromResult(true);
        });
        return error.ToString();
    }
}
