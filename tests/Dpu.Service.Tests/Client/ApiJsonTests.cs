using System.Text.Json;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Client;

public sealed class ApiJsonTests
{
    [Fact]
    public void A_job_has_the_fields_that_others_read()
    {
        JsonSerializer.Serialize(Samples.Finished, ApiJson.Readable.JobSummary).ShouldBe(
            """{"jobId":84820,"sequence":"Reduce>Coadd","user":"schmidt","status":"FINISHED","counts":{"N":75,"E":0,"A":0,"S":0,"U":0},"submitted":"2026-11-22T09:55:55Z","started":"2026-11-22T09:55:56.5Z","ended":"2026-11-22T13:37:11Z","priority":0}""");
    }

    [Fact]
    public void What_has_not_happened_yet_is_null()
    {
        var queued = Samples.Finished with { Started = null, Ended = null };
        JsonSerializer.Serialize(queued, ApiJson.Default.JobSummary).ShouldEndWith("\"started\":null,\"ended\":null,\"priority\":0}");
    }

    [Fact]
    public void Tasks_that_were_not_asked_for_are_not_written()
    {
        var detail = JobDetail.From(Samples.Finished, [new StepDetail("processccd", new JobCounts(16, 0, 0, 0, 0))]);
        var json = JsonSerializer.Serialize(detail, ApiJson.Default.JobDetail);
        json.ShouldContain("\"steps\":[{\"name\":\"processccd\",\"counts\":{\"N\":16,\"E\":0,\"A\":0,\"S\":0,\"U\":0}}]");
        json.ShouldNotContain("tasks");
    }

    [Fact]
    public void A_task_has_the_fields_that_others_read()
    {
        var start = Samples.Finished.Submitted;
        var attempt = new AttemptDetail(1, "local", start, start.AddSeconds(2), 0, null, 1024, 1.5);
        var task = new TaskDetail(0, "Reduce", new Dictionary<string, string> { ["chip"] = "ccd50" }, "Normal", [attempt]);
        var json = JsonSerializer.Serialize(JobDetail.From(Samples.Finished, [], [task]), ApiJson.Default.JobDetail);
        json.ShouldContain(
            """[{"task":0,"step":"Reduce","keys":{"chip":"ccd50"},"state":"Normal","attempts":[{"attempt":1,"node":"local","started":"2026-11-22T09:55:55Z","ended":"2026-11-22T09:55:57Z","exitCode":0,"cause":null,"maxRssBytes":1024,"cpuSeconds":1.5""");
    }

    [Fact]
    public void Metadata_keep_their_kinds()
    {
        const string Json = """{"id":"raw-1","path":"/data/a, b.fits","type":"raw-bias","sizeBytes":5,"sha256":"00","metadata":{"chip":"ccd50","exptime":60.5,"good":true},"task":"84820/0/1","name":"a, b.fits","main":false,"committed":true}""";
        var file = JsonSerializer.Deserialize(Json, ApiJson.Default.FileRecord)!;
        file.Metadata["chip"].ShouldBe(ApiValue.Of("ccd50"));
        file.Metadata["exptime"].Number.ShouldBe(60.5);
        file.Metadata["good"].ShouldBe(ApiValue.Of(true));
        JsonSerializer.Serialize(file, ApiJson.Readable.FileRecord).ShouldBe(Json);
    }

    [Theory]
    [InlineData("8,6")]
    [InlineData("")]
    [InlineData("\"quoted\" \\ \t and <two>\nlines")]
    [InlineData("ünïcødé ☂ 𝔘")]
    public void Lines_are_the_same_packed_and_unpacked(string line)
    {
        var json = JsonSerializer.Serialize(new ExecSubmission(["true"], ["first", line, "last"]), ApiJson.Default.ExecSubmission);
        var read = JsonSerializer.Deserialize(json, ApiJson.Default.ExecSubmission)!;
        read.Lines.ShouldBeOfType<PackedLines>().ShouldBe(["first", line, "last"]);
        JsonSerializer.Serialize(read, ApiJson.Default.ExecSubmission).ShouldBe(json);
    }

    [Theory]
    [InlineData("""{"command":["true"],"lines":["a",null]}""", "holds null")]
    [InlineData("""{"command":["true"],"lines":["a",["b"]]}""", "no text")]
    [InlineData("""{"command":["true"],"lines":"a"}""", "no list")]
    public void Lines_are_a_list_of_texts(string json, string reason) =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize(json, ApiJson.Default.ExecSubmission)).Message.ShouldContain(reason);

    [Fact]
    public void Without_lines_there_are_none() =>
        JsonSerializer.Deserialize("""{"command":["true"],"lines":null}""", ApiJson.Default.ExecSubmission)!.Lines.ShouldBeNull();

    [Fact]
    public void A_number_that_JSON_cannot_hold_becomes_text()
    {
        JsonSerializer.Serialize(new RegisteredFile("/a", "1", "raw-bias", new Dictionary<string, ApiValue> { ["x"] = ApiValue.Of(double.NaN) }), ApiJson.Default.RegisteredFile)
            .ShouldContain("\"x\":\"NaN\"");
    }

    [Fact]
    public void Times_of_any_zone_become_UTC()
    {
        var json = Samples.Job("RUNNING", "1/0/0/2/0").Replace("2026-11-22T09:55:55Z", "2026-11-22T11:25:55+01:30", StringComparison.Ordinal);
        JsonSerializer.Deserialize(json, ApiJson.Default.JobSummary)!.Submitted.ShouldBe(Samples.Finished.Submitted);
    }

    [Fact]
    public void Unknown_fields_of_a_newer_DPU_are_passed_over()
    {
        JsonSerializer.Deserialize("""{"jobId":1,"dpu":"x","estimatedSeconds":2,"more":[{}]}""", ApiJson.Default.JobAccepted)
            .ShouldBe(new JobAccepted(1, "x", 2));
    }

    [Fact]
    public void An_option_keeps_its_short_and_long_name()
    {
        const string Json = """{"sequence":"Bias","steps":[{"recipe":"Bias","options":[{"long":"chip","short":"c","type":"string","default":"","required":false,"help":"x"}],"parameters":[{"name":"Bias.SIGMA","default":null,"help":""}],"variants":null}]}""";
        JsonSerializer.Serialize(JsonSerializer.Deserialize(Json, ApiJson.Default.SequenceOptions)!, ApiJson.Default.SequenceOptions).ShouldBe(Json);
    }
}
