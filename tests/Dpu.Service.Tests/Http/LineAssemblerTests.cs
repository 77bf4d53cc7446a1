using System.Text;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Service.Http;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

public sealed class LineAssemblerTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 9, 55, 55, TimeSpan.Zero);
    private static readonly AttemptId First = new(new JobId(12), 0, 1);

    [Fact]
    public void Chunks_hold_several_lines_or_a_part_of_one() =>
        Lines("one\ntwo\nth", "re", "e\n").ShouldBe(["one", "two", "three"]);

    [Fact]
    public void A_last_line_without_a_newline_is_a_line() => Lines("one\ntwo").ShouldBe(["one", "two"]);

    [Fact]
    public void Blank_lines_are_lines_and_line_ends_of_other_systems_are_no_text() => Lines("\n\r\n", "a\r", "\nb\r\r\n").ShouldBe(["", "", "a", "b"]);

    [Fact]
    public void A_character_that_two_chunks_share_is_whole() =>
        Texts(Chunk([0x63, 0xc3]), Chunk([0xa9, 0x0a])).ShouldBe(["cé"]);

    [Fact]
    public void A_byte_that_is_no_text_is_shown_as_one() => Texts(Chunk([0xff, 0x41, 0x0a])).ShouldBe(["\ufffdA"]);

    [Fact]
    public void Attempts_and_streams_do_not_mix()
    {
        var second = First with { Number = 2 };
        var lines = Assembled(
            Chunk("a1 "u8, First), Chunk("b1 "u8, First, OutputStream.Error), Chunk("c1 "u8, second),
            Chunk("a2\n"u8, First), Chunk("b2\n"u8, First, OutputStream.Error), Chunk("c2\n"u8, second));
        lines.Select(line => (line.Attempt, line.Stream, line.Text)).ShouldBe([(1, "out", "a1 a2"), (1, "err", "b1 b2"), (2, "out", "c1 c2")]);
    }

    [Fact]
    public void A_line_has_the_time_at_which_it_began()
    {
        var lines = Assembled(Chunk("a"u8, First), Chunk("b\nc\n"u8, First, at: Start.AddSeconds(5)));
        lines.Select(line => line.Time).ShouldBe([Start, Start.AddSeconds(5)]);
    }

    [Fact]
    public void However_output_is_cut_its_lines_are_the_same()
    {
        var piece = Gen.Elements("a", "é", "☂", "𝔘", "\n", "\r\n", " ", "\t", "{}", "\\");
        var cuts = from text in piece.ListOf().Select(string.Concat)
                   from sizes in Gen.Choose(1, 5).ListOf()
                   select (text, sizes: sizes.ToArray());
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(cuts.ToArbitrary(), sample =>
            Texts([.. Cut(Encoding.UTF8.GetBytes(sample.text), sample.sizes)]).ShouldBe(Expected(sample.text))));
    }

    private static IEnumerable<string> Expected(string text)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        return text.Length == 0 || text.EndsWith('\n') ? lines.SkipLast(1) : lines;
    }

    private static IEnumerable<LogChunk> Cut(byte[] bytes, int[] sizes)
    {
        for (int at = 0, cut = 0; at < bytes.Length; cut++)
        {
            var size = Math.Min(sizes.Length == 0 ? bytes.Length : sizes[cut % sizes.Length], bytes.Length - at);
            yield return Chunk(bytes.AsSpan(at, size));
            at += size;
        }
    }

    private static IEnumerable<string> Lines(params string[] chunks) => Texts([.. chunks.Select(chunk => Chunk(Encoding.UTF8.GetBytes(chunk)))]);

    private static IEnumerable<string> Texts(params LogChunk[] chunks) => Assembled(chunks).Select(line => line.Text);

    private static List<Dpu.Client.Contracts.LogLine> Assembled(params LogChunk[] chunks)
    {
        var assembler = new LineAssembler();
        var lines = chunks.SelectMany(assembler.Add).ToList();
        lines.AddRange(assembler.Rest());
        return lines;
    }

    private static LogChunk Chunk(ReadOnlySpan<byte> bytes) => Chunk(bytes, First);

    private static LogChunk Chunk(ReadOnlySpan<byte> bytes, AttemptId attempt, OutputStream stream = OutputStream.Out, DateTimeOffset? at = null) =>
        new(attempt, stream, at ?? Start, "node.host.Copy", Guid.Empty, 1, bytes.ToArray());
}
