using System.Text;
using Dpu.Domain.Execution;
using Dpu.Keeper.Output;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Output;

public sealed class LogCapTests
{
    private static readonly DateTimeOffset Start = new(2000, 4, 28, 0, 0, 0, TimeSpan.Zero);
    private readonly List<(OutputStream Stream, DateTimeOffset At, string Text)> _kept = [];

    [Fact]
    public void What_fits_into_the_head_passes_at_once()
    {
        var cap = Cap(10, 10);
        cap.Write(OutputStream.Out, Start, "12345678\n"u8);
        _kept.ShouldBe([(OutputStream.Out, Start, "12345678\n")]);
        cap.Finish(Start);
        _kept.Count.ShouldBe(1);
    }

    [Fact]
    public void The_head_closes_at_the_end_of_a_line_and_stays_closed()
    {
        var cap = Cap(8, 100);
        cap.Write(OutputStream.Out, Start, "one\ntwo\nthree\n"u8);
        cap.Write(OutputStream.Out, Start, "x\n"u8);
        _kept.ShouldBe([(OutputStream.Out, Start, "one\ntwo\n")]);
        cap.Finish(Start);
        _kept.Skip(1).ShouldBe([(OutputStream.Out, Start, "three\nx\n")]);
        cap.Bytes.ShouldBe(16);
    }

    [Fact]
    public void What_is_left_out_between_head_and_tail_is_said_once()
    {
        var cap = Cap(4, 8);
        foreach (var line in new[] { "aaa\n", "bbb\n", "ccc\n", "ddd\n", "eee\n" })
        {
            cap.Write(OutputStream.Out, Start, Encoding.UTF8.GetBytes(line));
        }

        cap.Finish(Start.AddSeconds(1));
        _kept.ShouldBe(
        [
            (OutputStream.Out, Start, "aaa\n"),
            (OutputStream.Error, Start.AddSeconds(1), "[dpu: 8 bytes of output left out here]\n"),
            (OutputStream.Out, Start, "ddd\neee\n"),
        ]);
    }

    [Fact]
    public void Both_outputs_share_the_cap_and_keep_their_order()
    {
        var cap = Cap(0, 8);
        cap.Write(OutputStream.Out, Start, "a\n"u8);
        cap.Write(OutputStream.Error, Start, "b\n"u8);
        cap.Write(OutputStream.Out, Start.AddSeconds(1), "c\n"u8);
        cap.Write(OutputStream.Out, Start.AddSeconds(9), "d\n"u8);
        cap.Finish(Start);
        _kept.ShouldBe(
        [
            (OutputStream.Out, Start, "a\n"),
            (OutputStream.Error, Start, "b\n"),
            (OutputStream.Out, Start.AddSeconds(1), "c\n"),
            (OutputStream.Out, Start.AddSeconds(9), "d\n"),
        ]);
    }

    [Fact]
    public void The_marker_begins_a_line_of_its_own()
    {
        var cap = Cap(3, 0);
        cap.Write(OutputStream.Error, Start, "ab?"u8);
        cap.Write(OutputStream.Out, Start, "x"u8);
        cap.Finish(Start);
        _kept[1].Text.ShouldBe("\n[dpu: 1 bytes of output left out here]\n");
    }

    [Fact]
    public void Kept_and_left_out_bytes_add_up_and_neither_passes_its_bound()
    {
        var input = ArbMap.Default.ArbFor<(byte Head, byte Tail, ushort[] Lengths)>();
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(input, given =>
        {
            var (head, tail, lengths) = given;
            long kept = 0, left = 0;
            var cap = new LogCap(head, tail, (_, _, bytes) =>
            {
                var text = Encoding.UTF8.GetString(bytes);
                var isMarker = text.Contains("[dpu:", StringComparison.Ordinal);
                left += isMarker ? long.Parse(text.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) : 0;
                kept += isMarker ? 0 : bytes.Length;
            });
            var at = Start;
            foreach (var length in lengths.Where(length => length > 0))
            {
                cap.Write(OutputStream.Out, at, Enumerable.Range(0, length % 300 + 1).Select(i => i % 7 == 6 ? (byte)'\n' : (byte)'x').ToArray());
                at = at.AddMilliseconds(60);
            }

            cap.Finish(at);
            return kept + left == cap.Bytes && kept <= head + tail && (left == 0 || cap.Bytes > head);
        }));
    }

    private LogCap Cap(long head, long tail) => new(head, tail, (stream, at, bytes) => _kept.Add((stream, at, Encoding.UTF8.GetString(bytes))));
}
