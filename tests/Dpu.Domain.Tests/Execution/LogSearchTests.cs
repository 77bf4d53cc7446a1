using System.Text;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Execution;

public sealed class LogSearchTests
{
    private static readonly DateTimeOffset Noon = new(2000, 4, 28, 12, 0, 0, TimeSpan.Zero);
    private static readonly LogPattern Seeing = new("seeing", @"seeing > \d", FindingLevel.Warning, FindingAction.Record, null);
    private static readonly LogPattern Oom = new("oom", "^MemoryError", FindingLevel.Error, FindingAction.Record, FailureCause.Memory);

    [Fact]
    public void Lines_that_fit_are_found_with_their_time_and_their_number()
    {
        var search = new LogSearch([Seeing, Oom]);
        search.Add(OutputStream.Out, Noon, "start\nseeing > 2\nMemoryError\n"u8);
        search.Add(OutputStream.Error, Noon.AddSeconds(1), "seeing > 3\n"u8);

        search.Finish().ShouldBe(
        [
            new LogFinding("seeing", FindingLevel.Warning, Noon, "seeing > 2", 2),
            new LogFinding("seeing", FindingLevel.Warning, Noon.AddSeconds(1), "seeing > 3", 2),
            new LogFinding("oom", FindingLevel.Error, Noon, "MemoryError", 1),
        ]);
    }

    [Fact]
    public void A_line_in_pieces_is_one_line_of_the_time_at_which_it_began_whatever_the_other_stream_says()
    {
        var search = new LogSearch([Seeing]);
        search.Add(OutputStream.Out, Noon, "seeing"u8);
        search.Add(OutputStream.Error, Noon.AddSeconds(1), "noise\n"u8);
        search.Add(OutputStream.Out, Noon.AddSeconds(2), " > 4"u8);

        search.Finish().ShouldBe([new LogFinding("seeing", FindingLevel.Warning, Noon, "seeing > 4", 1)]);
    }

    [Fact]
    public void A_pattern_does_not_reach_over_the_end_of_a_line()
    {
        var search = new LogSearch([new LogPattern("both", "a\\s*b", FindingLevel.Info, FindingAction.Record, null)]);
        search.Add(OutputStream.Out, Noon, "a\nb\r\n"u8);

        search.Finish().ShouldBeEmpty();
    }

    [Fact]
    public void Carriage_returns_at_the_end_of_lines_are_no_part_of_them()
    {
        var search = new LogSearch([new LogPattern("end", "done$", FindingLevel.Info, FindingAction.Record, null)]);
        search.Add(OutputStream.Out, Noon, "done\r\n"u8);

        search.Finish().ShouldHaveSingleItem().Line.ShouldBe("done");
    }

    [Fact]
    public void What_is_kept_of_endless_output_is_bounded_and_counted()
    {
        var search = new LogSearch([Seeing]);
        for (var line = 0; line < 1000; line++)
        {
            search.Add(OutputStream.Out, Noon, Encoding.UTF8.GetBytes($"seeing > 2 {line} {new string('x', 10_000)}\n"));
        }

        var found = search.Finish();
        found.Length.ShouldBe(LogSearch.KeptPerPattern);
        found.ShouldAllBe(finding => finding.Count == 1000 && finding.Line.Length == LogSearch.KeptCharactersMax && finding.Line.EndsWith('…'));
        found[4].Line.ShouldStartWith("seeing > 2 4 x");
    }

    [Fact]
    public void Of_an_endless_line_the_beginning_is_looked_at()
    {
        var search = new LogSearch([Seeing, Oom]);
        search.Add(OutputStream.Out, Noon, "MemoryError"u8);
        for (var piece = 0; piece < 100; piece++)
        {
            search.Add(OutputStream.Out, Noon, new byte[1024]);
        }

        search.Add(OutputStream.Out, Noon, "seeing > 2\n"u8);
        search.Finish().Select(finding => finding.Pattern).ShouldBe(["oom"]);
    }

    [Fact]
    public void A_cut_never_leaves_half_a_character()
    {
        var search = new LogSearch([new LogPattern("all", "x", FindingLevel.Info, FindingAction.Record, null)]);
        search.Add(OutputStream.Out, Noon, Encoding.UTF8.GetBytes(new string('x', LogSearch.KeptCharactersMax - 2) + "😀😀\n"));

        search.Finish().Single().Line.ShouldBe(new string('x', LogSearch.KeptCharactersMax - 2) + "…");
    }

    [Fact]
    public void Pieces_do_not_matter() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(4) switch
        {
            0 => "seeing > 1",
            1 => "MemoryError é😀",
            2 => "\n",
            _ => " \xfe, \"",
        })));
        var whole = new LogSearch([Seeing, Oom]);
        whole.Add(OutputStream.Out, Noon, text);
        var pieces = new LogSearch([Seeing, Oom]);
        for (var at = 0; at < text.Length;)
        {
            var length = random.Next(1, text.Length - at + 1);
            pieces.Add(OutputStream.Out, Noon, text.AsSpan(at, length));
            at += length;
        }

        pieces.Finish().ShouldBe(whole.Finish());
    }).Check(Config.QuickThrowOnFailure);
}
