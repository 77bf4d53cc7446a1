using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Journal.EventJournal;
using Dpu.Kernel.Persistence;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.EventJournal;

public sealed class EventCodecTests
{
    [Fact]
    public void Every_event_of_todays_form_is_read_and_written_the_same()
    {
        var lines = Golden("v5.jsonl");
        lines.Count.ShouldBe(GoldenEvents.All.Length);
        foreach (var ((name, payload), expected) in lines.Zip(GoldenEvents.All))
        {
            var decoded = DpuEvents.Codec.Decode(name, payload);

            decoded.ShouldBeOfType(expected.GetType());
            ShouldBe(DpuEvents.Codec.Encode(decoded), (name, payload));
            ShouldBe(WithoutBlocks(DpuEvents.Codec.Encode(expected)), WithoutBlocks((name, payload)));
        }
    }

    [Fact]
    public void Every_event_of_the_first_form_means_today_what_it_meant_then() => MeansToday("v1.jsonl", GoldenEvents.V1);

    [Fact]
    public void Every_event_of_the_second_form_means_today_what_it_meant_then() => MeansToday("v2.jsonl", GoldenEvents.V2);

    [Fact]
    public void Every_event_of_the_third_form_means_today_what_it_meant_then() => MeansToday("v3.jsonl", GoldenEvents.V3);

    [Fact]
    public void Every_event_of_the_fourth_form_means_today_what_it_meant_then() => MeansToday("v4.jsonl", GoldenEvents.V4);

    private static void MeansToday(string file, object[] events)
    {
        var lines = Golden(file);
        lines.Count.ShouldBe(events.Length);
        foreach (var ((name, payload), expected) in lines.Zip(events))
        {
            var decoded = DpuEvents.Codec.Decode(name, payload);

            ShouldBe(WithoutBlocks(DpuEvents.Codec.Encode(decoded)), WithoutBlocks(DpuEvents.Codec.Encode(expected)));
        }
    }

    private static List<(string Name, byte[] Payload)> Golden(string file) =>
    [
        .. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "EventJournal", "Golden", file))
            .Select(line => JsonNode.Parse(line)!)
            .Select(line => ((string)line["name"]!, Encoding.UTF8.GetBytes(line["payload"]!.ToJsonString()))),
    ];

    [Fact]
    public void Lines_of_a_released_journal_are_the_lines_that_were_submitted()
    {
        var line = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "EventJournal", "Golden", "v1.jsonl"))[1];

        var submitted = (JobEvent.Submitted)DpuEvents.Codec.Decode("job.submitted.v1", Encoding.UTF8.GetBytes(JsonNode.Parse(line)!["payload"]!.ToJsonString()));

        var lines = submitted.Plan.Steps[0].Work.ShouldBeOfType<StepWork.Exec>().Lines!;
        lines[0].ShouldBe("line 1");
        lines[1].ShouldBe("line, 2");
    }

    [Fact]
    public void Any_text_and_any_number_survives()
    {
        var texts = Prop.ForAll<string, double>((text, number) =>
        {
            var value = double.IsFinite(number) ? number : 0;
            var file = new CatalogFile("id", text ?? "", text ?? "", 1, "", "t", Keys(text ?? "", value), null, true, DateTimeOffset.UnixEpoch);
            var (name, payload) = DpuEvents.Codec.Encode(new CatalogEvent.FilesRegistered([file], DateTimeOffset.UnixEpoch));
            var back = ((CatalogEvent.FilesRegistered)DpuEvents.Codec.Decode(name, payload)).Files[0];
            return back.Name == file.Name && back.Metadata.SequenceEqual(file.Metadata);
        });

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), texts);
    }

    [Theory]
    [InlineData("""{"by":"x","force":true}""", "at")]
    [InlineData("""{"by":"x","force":true,"at":"2000-04-28T10:00:01+00:00","more":1}""", "more")]
    [InlineData("""{"by":null,"force":true,"at":"2000-04-28T10:00:01+00:00"}""", "by")]
    [InlineData("""null""", "null")]
    [InlineData("""{""", "job.cancel-requested.v1")]
    public void What_is_missing_or_unknown_is_not_guessed(string payload, string names)
    {
        Should.Throw<JournalException>(() => DpuEvents.Codec.Decode("job.cancel-requested.v1", Encoding.UTF8.GetBytes(payload)))
            .Message.ShouldContain(names, Case.Insensitive);
    }

    [Fact]
    public void A_name_that_nobody_registered_fails_loudly() =>
        Should.Throw<JournalException>(() => DpuEvents.Codec.Decode("job.teleported.v1", "{}"u8.ToArray())).Message.ShouldContain("job.teleported.v1");

    [Fact]
    public void Old_forms_become_todays_step_by_step()
    {
        var codec = new EventCodecBuilder()
            .Register("note.v3", NoteJson.Default.Note)
            .Upcast("note.v2", "note.v3", node => new JsonObject { ["Text"] = (string)node["Words"]! + "!" })
            .Upcast("note.v1", "note.v2", node => new JsonObject { ["Words"] = (string)node["W"]! + "?" })
            .Build();

        codec.Decode("note.v1", """{"W":"a"}"""u8.ToArray()).ShouldBe(new Note("a?!"));
        codec.Decode("note.v2", """{"Words":"a"}"""u8.ToArray()).ShouldBe(new Note("a!"));
        codec.Encode(new Note("a")).Name.ShouldBe("note.v3");
    }

    [Fact]
    public void Upcasters_that_lead_nowhere_are_refused_at_start()
    {
        EventCodecBuilder Start() => new EventCodecBuilder().Register("note.v2", NoteJson.Default.Note);

        Should.Throw<ArgumentException>(() => Start().Upcast("note.v0", "note.v1", node => node).Build()).Message.ShouldContain("note.v1");
        Should.Throw<ArgumentException>(() => Start().Upcast("a", "b", node => node).Upcast("b", "a", node => node).Build()).Message.ShouldContain("circle");
        Should.Throw<ArgumentException>(() => Start().Upcast("note.v2", "note.v2", node => node).Build()).Message.ShouldContain("today");
        Should.Throw<ArgumentException>(() => Start().Register("note.v2", NoteJson.Default.Tally));
        Should.Throw<ArgumentException>(() => Start().Upcast("a", "note.v2", node => node).Upcast("a", "note.v2", node => node));
    }

    private static void ShouldBe((string Name, ReadOnlyMemory<byte> Payload) actual, (string Name, ReadOnlyMemory<byte> Payload) expected)
    {
        actual.Name.ShouldBe(expected.Name);
        JsonNode.DeepEquals(JsonNode.Parse(actual.Payload.Span), JsonNode.Parse(expected.Payload.Span))
            .ShouldBeTrue($"{Encoding.UTF8.GetString(actual.Payload.Span)} is not {Encoding.UTF8.GetString(expected.Payload.Span)}");
    }

    /// <summary>The compressor may pack lines differently from version to version: only what comes out of them is promised.</summary>
    private static (string Name, ReadOnlyMemory<byte> Payload) WithoutBlocks((string Name, ReadOnlyMemory<byte> Payload) encoded)
    {
        var node = JsonNode.Parse(encoded.Payload.Span)!;
        foreach (var step in node["plan"]?["steps"]?.AsArray() ?? [])
        {
            if (step!["work"]!["exec"]?["lines"] is JsonObject lines)
            {
                lines.Remove("blocks");
            }
        }

        return (encoded.Name, Encoding.UTF8.GetBytes(node.ToJsonString()));
    }

    private static ImmutableSortedDictionary<string, MetadataValue> Keys(string text, double number) =>
        ImmutableSortedDictionary<string, MetadataValue>.Empty
            .Add("text", MetadataValue.Of(text)).Add("number", MetadataValue.Of(number)).Add("truth", MetadataValue.Of(true));
}
