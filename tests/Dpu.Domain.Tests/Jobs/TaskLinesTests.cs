using Dpu.Domain.Jobs;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Jobs;

public sealed class TaskLinesTests
{
    private const string ByteOrderMark = "\uFEFF";

    [Fact]
    public void Every_line_comes_back_as_it_was()
    {
        var line = WickedText.Arbitrary.Generator.Select(text => text.Replace('\n', ' '));
        Prop.ForAll(line.ListOf().ToArbitrary(), lines =>
        {
            var packed = TaskLines.Pack(lines);
            packed.Count.ShouldBe(lines.Count);
            Enumerable.Range(0, lines.Count).Select(index => packed[index]).ShouldBe(lines);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    [Fact]
    public void Lines_stand_in_blocks_and_can_be_read_in_any_order()
    {
        var lines = Enumerable.Range(0, (2 * TaskLines.LinesPerBlock) + 1).Select(i => $"line {i}").ToList();
        var packed = TaskLines.Pack(lines);

        packed.Blocks.Length.ShouldBe(3);
        foreach (var index in new[] { lines.Count - 1, 0, TaskLines.LinesPerBlock, TaskLines.LinesPerBlock - 1, 2 * TaskLines.LinesPerBlock })
        {
            packed[index].ShouldBe(lines[index]);
        }
    }

    [Fact]
    public void A_byte_order_mark_is_a_character_like_any_other()
    {
        var packed = TaskLines.Pack([ByteOrderMark, ByteOrderMark + "first", "second" + ByteOrderMark]);

        packed[0].ShouldBe(ByteOrderMark);
        packed[1].ShouldBe(ByteOrderMark + "first");
        packed[2].ShouldBe("second" + ByteOrderMark);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Empty_lines_count(int count)
    {
        var packed = TaskLines.Pack(Enumerable.Repeat("", count));

        packed.Count.ShouldBe(count);
        Enumerable.Range(0, count).ShouldAllBe(index => packed[index].Length == 0);
    }

    [Fact]
    public void A_newline_cannot_be_part_of_a_line() =>
        Should.Throw<ArgumentException>(() => TaskLines.Pack(["good", "bad\nline"])).Message.ShouldContain("bad\nline");

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void There_is_no_line_outside(int index) => Should.Throw<ArgumentOutOfRangeException>(() => TaskLines.Pack(["a", "b"])[index]);

    [Fact]
    public void Equal_lines_are_equal()
    {
        TaskLines.Pack(["a", "b"]).ShouldBe(TaskLines.Pack(["a", "b"]));
        TaskLines.Pack(["a", "b"]).GetHashCode().ShouldBe(TaskLines.Pack(["a", "b"]).GetHashCode());
        TaskLines.Pack(["a", "b"]).ShouldNotBe(TaskLines.Pack(["a", "c"]));
        TaskLines.Pack(["a"]).ShouldNotBe(TaskLines.Pack(["a", "a"]));
    }

    [Fact]
    public void Many_lines_alike_take_a_few_bytes_each()
    {
        const int Count = 100_000;
        var packed = TaskLines.Pack(Enumerable.Range(0, Count).Select(i => $"/data/night-{i / 100}/frame-{i}.fits"));

        packed.Blocks.Sum(block => block.Length).ShouldBeLessThan(Count * 8);
    }
}
