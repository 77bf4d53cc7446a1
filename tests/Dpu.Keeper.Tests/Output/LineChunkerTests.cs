using System.Text;
using Dpu.Keeper.Output;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Output;

public sealed class LineChunkerTests
{
    private readonly LineChunker _chunker = new();
    private readonly List<string> _chunks = [];

    [Fact]
    public void Whole_lines_that_come_together_stay_together()
    {
        Push("a\nb\n");
        _chunks.ShouldBe(["a\nb\n"]);
        _chunker.HasUnfinished.ShouldBeFalse();
    }

    [Fact]
    public void An_unfinished_line_waits_for_its_end()
    {
        Push("a\nbe");
        Push("gin");
        _chunks.ShouldBe(["a\n"]);
        Push("ning\nc");
        _chunks.ShouldBe(["a\n", "beginning\n"]);
        _chunker.Flush(Take);
        _chunks.ShouldBe(["a\n", "beginning\n", "c"]);
    }

    [Fact]
    public void Patience_ends_before_a_character_is_cut()
    {
        var euro = "€"u8.ToArray();
        _chunker.Push([(byte)'x', euro[0], euro[1]], Take);
        _chunker.ReleaseUnfinished(Take);
        _chunks.ShouldBe(["x"]);
        _chunker.ReleaseUnfinished(Take);
        _chunks.ShouldBe(["x"]);
        _chunker.Push([euro[2]], Take);
        _chunker.ReleaseUnfinished(Take);
        _chunks.ShouldBe(["x", "€"]);
    }

    [Fact]
    public void A_line_that_grows_too_long_is_delivered_in_parts()
    {
        Push(new string('x', LineChunker.UnfinishedBytesMax - 1));
        _chunks.ShouldBeEmpty();
        Push("xy");
        _chunks.ShouldHaveSingleItem().Length.ShouldBe(LineChunker.UnfinishedBytesMax + 1);
    }

    [Theory]
    [InlineData(new byte[] { 0x61 }, 1)]
    [InlineData(new byte[] { 0x61, 0xC3 }, 1)]
    [InlineData(new byte[] { 0xC3, 0xA4 }, 2)]
    [InlineData(new byte[] { 0x61, 0xF0, 0x9F, 0x98 }, 1)]
    [InlineData(new byte[] { 0xF0, 0x9F, 0x98, 0x80 }, 4)]
    [InlineData(new byte[] { 0xFF }, 1)]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80 }, 4)]
    [InlineData(new byte[] { 0xE2 }, 0)]
    public void Only_a_sequence_that_can_still_become_a_character_is_kept_back(byte[] bytes, int complete) =>
        LineChunker.CompleteLength(bytes).ShouldBe(complete);

    [Fact]
    public void However_the_bytes_are_cut_nothing_is_lost_or_moved_and_chunks_end_with_lines()
    {
        var pieces = ArbMap.Default.ArbFor<byte[][]>();
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(pieces, cut =>
        {
            var (chunker, taken) = (new LineChunker(), new List<byte[]>());
            foreach (var piece in cut.Select(piece => piece.Select(b => b < 64 ? (byte)'\n' : b).ToArray()))
            {
                chunker.Push(piece, chunk => taken.Add(chunk.ToArray()));
            }

            var whole = taken.All(chunk => chunk[^1] == '\n');
            chunker.Flush(chunk => taken.Add(chunk.ToArray()));
            var all = cut.SelectMany(piece => piece.Select(b => b < 64 ? (byte)'\n' : b));
            return whole && taken.SelectMany(chunk => chunk).SequenceEqual(all);
        }));
    }

    private void Push(string text) => _chunker.Push(Encoding.UTF8.GetBytes(text), Take);

    private void Take(ReadOnlySpan<byte> chunk) => _chunks.Add(Encoding.UTF8.GetString(chunk));
}
