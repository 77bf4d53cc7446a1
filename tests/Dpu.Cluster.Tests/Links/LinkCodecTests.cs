using System.Collections.Immutable;
using System.Text;
using Dpu.Actors.Nodes;
using Dpu.Cluster.Links;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;
using Dpu.Fuzzing;
using Dpu.Journal.Logs;
using Shouldly;
using Xunit;

namespace Dpu.Cluster.Tests.Links;

public sealed class LinkCodecTests
{
    private static readonly AttemptId Attempt = new(new JobId(7), 3, 2);
    private static readonly Guid Incarnation = new("11111111-1111-1111-1111-111111111111");
    private static readonly DateTimeOffset At = new(2000, 4, 28, 23, 5, 0, TimeSpan.Zero);

    public static TheoryData<string> KindsUp => [.. Up.Keys];

    public static TheoryData<string> KindsDown => [.. Down.Keys];

    private static Dictionary<string, UpFrame> Up { get; } = new UpFrame[]
    {
        new UpFrame.Hello(2, 1, "0.1.0", Incarnation),
        new UpFrame.Ready(Incarnation, new NodeFacts("host", new Resources(4, 1L << 33), ["gpu", "a b,\"c\""], 12, ["reduce"])),
        new UpFrame.NotReady("its keeper is being started anew"),
        new UpFrame.Claim([Attempt]),
        new UpFrame.Ended(Attempt.Job, [Report()]),
        new UpFrame.Lost(Attempt.Job, [new TaskAttempt(3, 2)], "its keeper died"),
        new UpFrame.Logs(4, [new LogChunk(Attempt, OutputStream.Error, At, "node.h.Bias", Incarnation, 9, Encoding.UTF8.GetBytes("8,6 ° \n"))]),
        new UpFrame.ReadLogs(5, Attempt, 6, 7, 8),
        new UpFrame.Phases([new AttemptPhase(Attempt, AttemptStage.StagingIn, At, new FilesMoved(3, 7, 2L << 30, 10L << 30)), new AttemptPhase(Attempt with { Task = 4 }, AttemptStage.Running, null, null)]),
        new UpFrame.Leaving(),
        new UpFrame.Heartbeat(TimeSpan.FromMilliseconds(12345.6789)),
    }.ToDictionary(frame => frame.GetType().Name);

    private static Dictionary<string, DownFrame> Down { get; } = new DownFrame[]
    {
        new DownFrame.Welcome(new LinkTerms(1, "0.1.0", "dpu", TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(4), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(2), new StoreProbe("/data/store", ".probe", "x"), ["reduce"])),
        new DownFrame.Refused("no", Final: true),
        new DownFrame.StartTasks(Attempt.Job, [Command(), Recipe()]),
        new DownFrame.AdoptTasks(Attempt.Job, [new AdoptedTask(Recipe(), Incarnation)]),
        new DownFrame.EndTasks([Attempt]),
        new DownFrame.Disown([Attempt]),
        new DownFrame.Settled([Attempt]),
        new DownFrame.LogsStored(4, "disk full"),
        new DownFrame.LogsRead(5, new LogPage([new LogChunk(Attempt, OutputStream.Out, At, "node.h.Bias", Incarnation, 9, "x"u8.ToArray())], new LogCursor(1, 2), true), null),
        new DownFrame.HeartbeatSeen(TimeSpan.FromSeconds(1)),
        new DownFrame.Credit(3, 4),
        new DownFrame.Drain(Drains: true),
    }.ToDictionary(frame => frame.GetType().Name);

    [Fact]
    public void A_text_of_a_length_below_zero_breaks_its_frame_and_nothing_else()
    {
        var bytes = LinkCodec.EncodePlain(Up[nameof(UpFrame.Logs)]);
        var source = bytes.AsSpan().IndexOf("node.h.Bias"u8);
        byte[] changed = [.. bytes[..(source - 1)], 0xFF, 0xFF, 0xFF, 0xFF, 0x0B, .. bytes[source..]];
        Should.Throw<InvalidDataException>(() => LinkCodec.DecodeUp(changed)).Message.ShouldContain(nameof(UpFrame.Logs));
    }

    [Fact]
    public void Changed_frames_are_read_or_refused()
    {
        // Plain and compressed: behind a compression hardly any change meets the reader.
        byte[][] up = [.. Up.Values.Select(LinkCodec.EncodePlain), .. Up.Values.Select(LinkCodec.Encode)];
        byte[][] down = [.. Down.Values.Select(LinkCodec.EncodePlain), .. Down.Values.Select(LinkCodec.Encode)];
        Mutation.Run(up, 8000, static bytes => LinkCodec.DecodeUp(bytes), static error => error is InvalidDataException);
        Mutation.Run(down, 8000, static bytes => LinkCodec.DecodeDown(bytes), static error => error is InvalidDataException);
    }

    [Theory]
    [MemberData(nameof(KindsUp))]
    public void What_a_node_says_arrives(string kind)
    {
        var bytes = LinkCodec.Encode(Up[kind]);

        LinkCodec.Encode(LinkCodec.DecodeUp(bytes).ShouldNotBeNull()).ShouldBe(bytes);
    }

    [Theory]
    [MemberData(nameof(KindsDown))]
    public void What_a_frontend_says_arrives(string kind)
    {
        var bytes = LinkCodec.Encode(Down[kind]);

        LinkCodec.Encode(LinkCodec.DecodeDown(bytes).ShouldNotBeNull()).ShouldBe(bytes);
    }

    /// <summary>A form that was released stays: nodes of the version before and after have to read it. A new member is added to a new line.</summary>
    [Fact]
    public void Frames_have_the_form_that_was_released()
    {
        var released = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Links", "Golden", "frames.v1.jsonl"));
        var frames = Up.Values.Concat<object>(Down.Values).Where(frame => frame is not (UpFrame.Logs or DownFrame.LogsRead));

        var today = frames.Select(frame => $"{frame.GetType().Name} {Encoding.UTF8.GetString(LinkCodec.EncodePlain(frame).AsSpan(1))}").ToArray();

        today.ShouldBe(released);
    }

    /// <summary>What the second version added stands in lines of its own: those of the first are as they were where none of it is used.</summary>
    [Fact]
    public void What_comes_with_a_task_has_the_form_that_was_released()
    {
        var released = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Links", "Golden", "frames.v2.jsonl"));
        var welcome = (DownFrame.Welcome)Down["Welcome"];
        DownFrame[] frames =
        [
            new DownFrame.StartTasks(Attempt.Job, [WithCode()]),
            new DownFrame.AdoptTasks(Attempt.Job, [new AdoptedTask(WithCode(), Incarnation)]),
            welcome with { Terms = welcome.Terms with { Version = 2, Versions = ImmutableSortedDictionary<string, string>.Empty.Add("develop", "/opt/awe/develop/bin") } },
        ];

        frames.Select(frame => $"{frame.GetType().Name} {Encoding.UTF8.GetString(LinkCodec.EncodePlain(frame).AsSpan(1))}").ShouldBe(released);
        foreach (var frame in frames)
        {
            var bytes = LinkCodec.Encode(frame);
            LinkCodec.Encode(LinkCodec.DecodeDown(bytes).ShouldNotBeNull()).ShouldBe(bytes);
        }

        var task = LinkCodec.DecodeDown(LinkCodec.Encode(frames[0])).ShouldBeOfType<DownFrame.StartTasks>().Tasks.Single();
        (task.Code, task.Version, task.Settings!.Configuration).ShouldBe((WithCode().Code, "develop", WithCode().Settings!.Configuration));
        task.Settings.Variables.ShouldBe(WithCode().Settings!.Variables);
    }

    [Fact]
    public void Every_kind_of_frame_is_tried_here()
    {
        Up.Keys.Order().ShouldBe(typeof(UpFrame).GetNestedTypes().Select(type => type.Name).Order());
        Down.Keys.Order().ShouldBe(typeof(DownFrame).GetNestedTypes().Select(type => type.Name).Order());
    }

    [Fact]
    public void Logs_are_compressed()
    {
        var line = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("INFO reduced one more row of chip ccd50\n", 1000)));
        var frame = new UpFrame.Logs(1, [new LogChunk(Attempt, OutputStream.Out, At, "node.h.Bias", Incarnation, 1, line)]);

        var bytes = LinkCodec.Encode(frame);

        bytes.Length.ShouldBeLessThan(line.Length / 20);
        LinkCodec.DecodeUp(bytes).ShouldBeOfType<UpFrame.Logs>().Chunks[0].Bytes.ToArray().ShouldBe(line);
    }

    [Fact]
    public void A_kind_of_frame_that_a_newer_peer_sends_is_skipped() => LinkCodec.DecodeUp([0x7F, 1, 2, 3]).ShouldBeNull();

    [Fact]
    public void A_member_that_a_newer_peer_sends_is_skipped()
    {
        byte[] bytes = [3, .. """{"reason":"later","since":12,"more":{"x":[1]}}"""u8];

        LinkCodec.DecodeUp(bytes).ShouldBe(new UpFrame.NotReady("later"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"attempts\":null}")]
    [InlineData("{\"attempts\":[\"7/x/2\"]}")]
    [InlineData("{}")]
    public void A_broken_frame_is_told_as_that(string json) =>
        Should.Throw<InvalidDataException>(() => LinkCodec.DecodeUp([4, .. Encoding.UTF8.GetBytes(json)]));

    [Fact]
    public void A_frame_of_the_other_side_is_refused() =>
        Should.Throw<InvalidDataException>(() => LinkCodec.DecodeUp(LinkCodec.Encode(Down["Credit"])));

    [Fact]
    public void Nothing_that_is_cut_off_or_flipped_does_more_than_be_refused()
    {
        var random = new Random(1);
        foreach (var frame in Up.Values)
        {
            var whole = LinkCodec.Encode(frame);
            for (var round = 0; round < 200; round++)
            {
                var bytes = whole[..random.Next(whole.Length + 1)];
                if (bytes.Length > 0)
                {
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                }

                Read(bytes);
            }
        }
    }

    [Fact]
    public void A_bomb_is_refused_before_it_has_grown()
    {
        var bomb = new byte[System.IO.Compression.BrotliEncoder.GetMaxCompressedLength(LinkProtocol.PlainBytesMax * 2) + 1];
        System.IO.Compression.BrotliEncoder.TryCompress(new byte[LinkProtocol.PlainBytesMax + (1 << 20)], bomb.AsSpan(1), out var length, 1, 22).ShouldBeTrue();
        bomb[0] = 7 | 0x80;

        Should.Throw<InvalidDataException>(() => LinkCodec.DecodeUp(bomb.AsSpan(0, length + 1)));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(3, 2, 2)]
    [InlineData(4, 3, null)]
    public void The_newest_version_that_both_speak_is_spoken(int version, int oldest, int? agreed) => LinkProtocol.Agree(version, oldest).ShouldBe(agreed);

    private static void Read(byte[] bytes)
    {
        try
        {
            LinkCodec.DecodeUp(bytes);
        }
        catch (InvalidDataException)
        {
            // What a link is closed for.
        }
    }

    private static TaskStart Command() => new(Attempt, "sh", new Resources(1, 0), TimeSpan.FromSeconds(5), ["sh", "-c", "echo 'a, b'\n"], TaskWork.Plain)
    {
        Exits = [new ExitRule(3, FailureCause.Memory, Final: false)],
        Patterns = [new LogPattern("third", "line 2$", FindingLevel.Warning, FindingAction.Hold, null)],
    };

    private static TaskStart WithCode() => Command() with
    {
        User = "jane",
        Isolated = true,
        Code = new ShippedCode("2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae", 4096),
        Settings = new ShippedSettings(ImmutableSortedDictionary<string, string>.Empty.Add("PROJECT", "8,6 'x'"), "[global]\nproject : KIDS\n"),
        Version = "develop",
    };

    private static TaskStart Recipe() => new(
        Attempt,
        "Reduce",
        new Resources(2, 1 << 30),
        null,
        ["reduce"],
        new TaskWork.Directed(
            "Reduce",
            ImmutableSortedDictionary<string, string>.Empty.Add("chip", "8,6"),
            [new StepCommand("Reduce", "Reduce", ["reduce"], [new ArgumentRule(["-i", "{path}"], "raw", null)], [new ListRule("list", "raw.list", "raw", ["{path}"], " ")], ImmutableSortedDictionary<string, string>.Empty.Add("level", "1"))],
            ImmutableSortedDictionary<string, ImmutableArray<InputFile>>.Empty.Add("raw", [new InputFile("raw-1", "/raw/1", "raw", ImmutableSortedDictionary<string, MetadataValue>.Empty.Add("exptime", MetadataValue.Of(1.5)))]),
            [new OutputRule("reduced", "reduced", "*.fits", Main: true) { Folder = "out" }])
        {
            InputRules = [new InputRule("raw", [], "in", "{chip}.fits", Unpack: false) { UpstreamSteps = [0] }],
            Campaign = new CampaignUnit("KIDS", 1, "u", 2),
        });

    private static AttemptReport Report() => new(
        new TaskAttempt(3, 2),
        FailureCause.Recipe,
        "exit code 9",
        new AttemptExit(EndReason.Exited, 9, null, At, At.AddSeconds(1), 0.5, 1000, MemorySource.Sampled, 12),
        ["raw-1"],
        [new OutputFile("7.3.2.reduced", "a b.fits", "7/3.2/a b.fits", 12, new string('0', 64), "reduced", true, ImmutableSortedDictionary<string, MetadataValue>.Empty, ["raw-1"])])
    {
        Findings = [new LogFinding("third", FindingLevel.Warning, At, "line 2", 1)],
        Final = true,
        Hold = "look",
    };
}
