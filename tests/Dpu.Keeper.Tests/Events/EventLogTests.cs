using System.Text;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Keeper.Events;
using Dpu.Keeper.Protocol;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Events;

public sealed class EventLogTests : IDisposable
{
    private const int First = 100;
    private const long Ample = 1L << 40;
    private static readonly AttemptId Attempt = new(new JobId(7), 0, 1);
    private readonly string _spool = Directory.CreateTempSubdirectory("dpu-spool-").FullName;

    public void Dispose() => Directory.Delete(_spool, recursive: true);

    [Fact]
    public void Numbers_rise_by_one_from_the_first()
    {
        using var log = new EventLog(_spool, 1 << 20, Ample, First);
        Append(log, "a").ShouldBe(EventLog.Keeping.Kept);
        Append(log, "b").ShouldBe(EventLog.Keeping.Kept);
        Texts(log, First, 2).ShouldBe(["a", "b"]);
        log.Last.ShouldBe(First + 1);
    }

    [Fact]
    public void The_attempt_is_over_when_its_last_event_is_acknowledged()
    {
        using var log = new EventLog(_spool, 1 << 20, Ample, First);
        var ended = new List<AttemptId>();
        Append(log, "a");
        var writer = new FrameWriter();
        EventFrames.WriteLaunchFailed(writer, Attempt, "no", DateTimeOffset.UnixEpoch);
        log.Append(writer.Written, mayBeLeftOut: false);

        log.Acknowledge(First, ended.Add);
        ended.ShouldBeEmpty();
        log.IsEmpty.ShouldBeFalse();
        log.Acknowledge(First + 1, ended.Add);
        ended.ShouldBe([Attempt]);
        log.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void An_old_acknowledgement_says_nothing()
    {
        using var log = new EventLog(_spool, 1 << 20, Ample, First);
        Append(log, "a");
        log.Acknowledge(First - 1, _ => { });
        Texts(log, First, 1).ShouldBe(["a"]);
    }

    [Fact]
    public void When_neither_memory_nor_disk_has_room_only_what_may_be_left_out_is()
    {
        var nowhere = Path.Combine(_spool, "none", "deeper");
        using var log = new EventLog(nowhere, 100, Ample, First);
        Append(log, new string('x', 90)).ShouldBe(EventLog.Keeping.Kept);
        Append(log, "lost").ShouldBe(EventLog.Keeping.DiskIsFull);
        Append(log, "kept", mayBeLeftOut: false).ShouldBe(EventLog.Keeping.Kept);
        log.Last.ShouldBe(First + 1);
        log.Acknowledge(First, _ => { });
        Texts(log, First + 1, 1).ShouldBe(["kept"]);
    }

    [Fact]
    public void When_the_spool_holds_its_share_only_what_may_be_left_out_is_and_what_is_taken_makes_room()
    {
        using var log = new EventLog(_spool, 100, 300, First);
        Append(log, new string('x', 90)).ShouldBe(EventLog.Keeping.Kept);
        Append(log, new string('y', 200)).ShouldBe(EventLog.Keeping.Kept);
        Append(log, new string('z', 60)).ShouldBe(EventLog.Keeping.SpoolIsFull);
        Append(log, new string('k', 60), mayBeLeftOut: false).ShouldBe(EventLog.Keeping.Kept);
        Append(log, "").ShouldBe(EventLog.Keeping.SpoolIsFull);

        log.Acknowledge(First + 1, _ => { });
        Texts(log, First + 2, 1).ShouldBe([new string('k', 60)]);
        log.Acknowledge(First + 2, _ => { });
        Append(log, new string('x', 90)).ShouldBe(EventLog.Keeping.Kept);
        Append(log, new string('y', 200)).ShouldBe(EventLog.Keeping.Kept);
        Append(log, new string('z', 60)).ShouldBe(EventLog.Keeping.SpoolIsFull);
    }

    [Fact]
    public void Whatever_the_order_of_appending_and_acknowledging_every_event_is_sent_once_and_in_order()
    {
        var steps = ArbMap.Default.ArbFor<(byte Length, byte Acknowledge)[]>();
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(steps, all =>
        {
            using var log = new EventLog(_spool, 300, Ample, First);
            var (sent, next) = (new List<string>(), (long)First);
            var expected = new List<string>();
            foreach (var (length, acknowledge) in all)
            {
                var text = $"{expected.Count}:{new string('x', length)}";
                expected.Add(text);
                Append(log, text);
                next = Send(log, sent, next);
                log.Acknowledge(Math.Min(next - 1, log.Acknowledged + (acknowledge % 4)), _ => { });
            }

            while (!log.IsEmpty)
            {
                next = Send(log, sent, next);
                log.Acknowledge(next - 1, _ => { });
            }

            return sent.SequenceEqual(expected) && !Directory.EnumerateFiles(_spool).Any();
        }));
    }

    private static long Send(EventLog log, List<string> sent, long next)
    {
        while (log.Sendable(next) is { IsEmpty: false } frame)
        {
            EventFrames.Number(frame).ShouldBe(next);
            sent.Add(Text(frame));
            next++;
        }

        return next;
    }

    private static EventLog.Keeping Append(EventLog log, string text, bool mayBeLeftOut = true)
    {
        var writer = new FrameWriter();
        EventFrames.WriteOutput(writer, Attempt, OutputStream.Out, DateTimeOffset.UnixEpoch, Encoding.UTF8.GetBytes(text));
        return log.Append(writer.Written, mayBeLeftOut);
    }

    private static List<string> Texts(EventLog log, long first, int count) =>
        Enumerable.Range(0, count).Select(i => Text(log.Sendable(first + i))).ToList();

    private static string Text(ReadOnlySpan<byte> frame)
    {
        var reader = new FrameReader(frame[ProtocolFacts.HeaderBytes..]);
        var output = EventFrames.Read(FrameKind.Output, ref reader).ShouldBeOfType<LauncherEvent.Output>();
        return Encoding.UTF8.GetString(output.Bytes.Span);
    }
}
