using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Keeper.Protocol;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Protocol;

public sealed class FrameTests
{
    private static readonly AttemptId Attempt = new(new JobId(84820), 75, 2);
    private static readonly DateTimeOffset At = new(2000, 4, 28, 13, 37, 11, TimeSpan.Zero);
    private readonly FrameWriter _writer = new();

    [Fact]
    public void A_request_comes_back_as_it_was()
    {
        var texts = ArbMap.Default.ArbFor<(NonNull<string>[] Command, (NonNull<string> Name, NonNull<string> Value)[] Variables, long? Ticks, long? Memory)>();
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(texts, given =>
        {
            var request = new LaunchRequest(
                Attempt,
                [.. given.Command.Select(text => Valid(text.Get))],
                [.. given.Variables.Select(v => new KeyValuePair<string, string>(Valid(v.Name.Get), Valid(v.Value.Get)))],
                "/a/directory",
                new AttemptLimits(given.Ticks is { } t ? TimeSpan.FromTicks(Math.Abs(t)) : null, given.Memory is { } m ? Math.Abs(m) : null, TimeSpan.FromSeconds(3), 4, 5));
            var writer = new FrameWriter();
            Requests.WriteStart(writer, [request], 0, 1);
            var reader = new FrameReader(writer.Written[ProtocolFacts.HeaderBytes..]);
            var read = reader.Count() == 1 ? Requests.ReadRequest(ref reader) : null;
            return read is not null && read.Attempt == request.Attempt && read.Command.SequenceEqual(request.Command)
                && read.Environment.SequenceEqual(request.Environment) && read.WorkDirectory == request.WorkDirectory && read.Limits == request.Limits;
        }));
    }

    [Fact]
    public void Every_event_comes_back_as_it_was()
    {
        var exit = new AttemptExit(EndReason.Memory, null, 9, At, At.AddSeconds(1.5), 0.25, 1L << 40, MemorySource.Sampled, 12);
        EventFrames.WriteStarted(_writer, Attempt, 4711, At);
        Read(FrameKind.Started).ShouldBe(new LauncherEvent.Started(0, Attempt, 4711, At));
        EventFrames.WriteLaunchFailed(_writer, Attempt, "why", At);
        Read(FrameKind.LaunchFailed).ShouldBe(new LauncherEvent.LaunchFailed(0, Attempt, "why", At));
        EventFrames.WriteExited(_writer, Attempt, exit);
        Read(FrameKind.Exited).ShouldBe(new LauncherEvent.Exited(0, Attempt, exit));
        EventFrames.WriteExited(_writer, Attempt, exit with { ExitCode = 0, Signal = null });
        Read(FrameKind.Exited).ShouldBe(new LauncherEvent.Exited(0, Attempt, exit with { ExitCode = 0, Signal = null }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_welcome_comes_back_as_it_was(bool knowsLeases)
    {
        var welcome = new Welcome(1, new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]), 4711, "1.2.3", [Attempt]) { KnowsLeases = knowsLeases };
        Replies.WriteWelcome(_writer, welcome);
        var reader = new FrameReader(_writer.Written[ProtocolFacts.HeaderBytes..]);
        var read = Replies.ReadWelcome(ref reader);
        read.Attempts.ShouldBe(welcome.Attempts);
        (read with { Attempts = welcome.Attempts }).ShouldBe(welcome);
    }

    [Fact]
    public void A_lease_comes_back_as_it_was()
    {
        var until = TimeSpan.FromTicks(123_456_789_012_345);
        Requests.WriteLease(_writer, until);
        var reader = new FrameReader(_writer.Written[ProtocolFacts.HeaderBytes..]);
        Requests.ReadLease(ref reader).ShouldBe(until);
    }

    [Fact]
    public void What_a_newer_peer_appends_to_a_request_is_left()
    {
        // A block longer than what is known, then another request: the second one must be found.
        var known = new LaunchRequest(Attempt, ["/bin/true"], [], "/", new AttemptLimits(null, null, TimeSpan.Zero, 0, 0));
        var whole = new FrameWriter();
        Requests.WriteStart(whole, [known], 0, 1);
        var block = whole.Written[(ProtocolFacts.HeaderBytes + 8)..].ToArray();

        _writer.Int32(block.Length + 3);
        foreach (var b in block.Concat("new"u8.ToArray()))
        {
            _writer.Byte(b);
        }

        _writer.Bytes(block);
        var reader = new FrameReader(_writer.Written);
        Requests.ReadRequest(ref reader).Attempt.ShouldBe(Attempt);
        Requests.ReadRequest(ref reader).Command.ShouldBe(["/bin/true"]);
    }

    [Fact]
    public void A_kind_that_is_not_known_is_no_event()
    {
        var reader = new FrameReader([1, 2, 3]);
        EventFrames.Read((FrameKind)200, ref reader).ShouldBeNull();
    }

    [Fact]
    public void A_frame_that_ends_before_its_fields_breaks_the_protocol()
    {
        Should.Throw<InvalidDataException>(() =>
        {
            var reader = new FrameReader([5, 0, 0, 0, 1]);
            reader.Bytes();
        });
        Should.Throw<InvalidDataException>(() =>
        {
            var reader = new FrameReader([255, 255, 255, 127]);
            reader.Count();
        });
    }

    /// <summary>Lone surrogates are no text and have no UTF-8.</summary>
    private static string Valid(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));

    private LauncherEvent.Numbered? Read(FrameKind kind)
    {
        var reader = new FrameReader(_writer.Written[ProtocolFacts.HeaderBytes..]);
        var read = EventFrames.Read(kind, ref reader);
        _writer.Clear();
        return read;
    }
}
