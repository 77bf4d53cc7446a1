using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Client.Prompt;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Client;

/// <summary>The field's Processor in C#: what it sends, and the lines that it says.</summary>
public sealed partial class ProcessorTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("dpu-processor-");
    private readonly StringWriter _said = new();

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task A_submission_says_the_three_lines_of_the_field()
    {
        var fake = new FakeDpu().When(HttpMethod.Post, "/jobs", Samples.Accepted);
        await using var dpu = Open(fake);
        var options = new Dictionary<string, object?>
        {
            ["instrument"] = "",
            ["i"] = "WFI",
            ["d"] = new DateOnly(2000, 4, 28),
            ["C"] = true,
            ["none"] = null,
            ["red_filenames"] = new[] { "a,b.fits" },
            ["pars"] = new Dictionary<string, object?> { ["A.B"] = 1.5 },
        };
        var accepted = await dpu.RunAsync("ReadNoise", options, new RunOptions { Time = TimeSpan.FromSeconds(5), Version = "develop" }, CancellationToken.None);
        accepted.JobId.ShouldBe(84820);
        Lines().ShouldBe(
        [
            "Calling: Processor.run(ReadNoise, instrument= , i=WFI , d=2000-04-28 , C=True , none= , red_filenames=[a,b.fits] , pars={A.B: 1.5})",
            "Estimated process time : 10 seconds",
            "Sending job with identifier 84820 to DPU",
        ]);
        var body = JsonDocument.Parse(fake.Requests[0].Body!).RootElement;
        body.GetProperty("options").GetRawText().ShouldBe("""{"instrument":"","i":"WFI","d":"2000-04-28","C":true,"red_filenames":["a,b.fits"],"pars":{"A.B":1.5}}""");
        (body.GetProperty("estimatedSeconds").GetDouble(), body.GetProperty("version").GetString()).ShouldBe((5, "develop"));
        fake.Requests[0].Key.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task An_option_that_cannot_be_sent_is_refused_before_anything_is_asked()
    {
        var fake = new FakeDpu();
        await using var dpu = Open(fake);
        foreach (var wrong in new object[] { double.NaN, new Uri("http://x") })
        {
            (await Should.ThrowAsync<ArgumentException>(() => dpu.RunAsync("Bias", new Dictionary<string, object?> { ["x"] = wrong }, null, CancellationToken.None))).Message.ShouldContain("Option 'x'");
        }

        fake.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Jobs_are_told_oldest_first_with_their_status_lines()
    {
        var fake = new FakeDpu()
            .When(HttpMethod.Get, "/jobs?limit=10000", $"[{Samples.Job("RUNNING", "0/0/0/1/0", 7)},{Samples.Job("FINISHED", "75/0/0/0/0", 5)}]")
            .When(HttpMethod.Get, "/jobs?id=5", $"[{Samples.Job("FINISHED", "75/0/0/0/0", 5)}]");
        await using var dpu = Open(fake);
        (await dpu.GetJobIdsAsync(CancellationToken.None)).ShouldBe([5, 7]);
        (await dpu.GetStatusAsync([5], CancellationToken.None)).Single().Counts.N.ShouldBe(75);
        Lines().ShouldBe(["Jobid 5 has status FINISHED N/E/A/S/U 75/0/0/0/0"]);
    }

    [Fact]
    public async Task Waiting_tells_each_change_and_ends_with_the_status_line()
    {
        var fake = new FakeDpu().When(HttpMethod.Get, "/jobs/84820/events", () => FakeDpu.Events(Samples.Status("RUNNING", "0/0/0/1/0") + Samples.Status("FINISHED", "1/0/0/0/0")));
        await using var dpu = Open(fake);
        var told = new List<string>();
        (await dpu.WaitAsync(84820, new Told(told), CancellationToken.None)).Status.ShouldBe("FINISHED");
        told.ShouldBe(["RUNNING", "FINISHED"]);
        Lines().ShouldBe(["Jobid 84820 has status FINISHED N/E/A/S/U 1/0/0/0/0"]);
    }

    [Fact]
    public async Task Waiting_can_be_given_up()
    {
        using var gone = new CancellationTokenSource();
        var fake = new FakeDpu().When(HttpMethod.Get, "/jobs/84820/events", () => FakeDpu.Events(Samples.Status("RUNNING", "0/0/0/1/0"), breaks: true));
        await using var dpu = Open(fake);
        await Should.ThrowAsync<OperationCanceledException>(() => dpu.WaitAsync(84820, new Told([], gone.Cancel), gone.Token));
    }

    [Fact]
    public async Task Options_are_told_in_the_words_of_the_field()
    {
        var fake = new FakeDpu().When(HttpMethod.Get, "/sequences/HotPixels/options", """
            {"sequence":"HotPixels","steps":[{"recipe":"HotPixels","options":[
              {"long":"instrument","short":"i","type":"string","default":null,"required":true,"help":""},
              {"long":"template","short":"tpl","type":"string","default":null,"required":false,"help":""},
              {"long":"pars","short":null,"type":"map","default":{},"required":false,"help":""},
              {"long":"commit","short":"C","type":"flag","default":false,"required":false,"help":""}]}]}
            """);
        await using var dpu = Open(fake);
        (await dpu.GetSequenceOptionsAsync("HotPixels", CancellationToken.None)).Single().ShouldBe(["i", "tpl", "C", "instrument", "template", "pars", "commit"]);
        (await dpu.DescribeSequenceOptionsAsync("HotPixels", CancellationToken.None)).ShouldBe(
        [
            "Recognized options for the astro.recipes.HotPixels OptionsParser are:",
            "\"i\" or \"instrument\" (default: )",
            "\"tpl\" or \"template\" (default: None)",
            "\"pars\" (default: {})",
            "\"C\" or \"commit\" (default: False)",
        ]);
    }

    [Fact]
    public async Task Results_are_the_main_objects_that_were_committed()
    {
        const string File = """{"id":"ID","path":"/s/x","type":"bias","sizeBytes":1,"sha256":"00","metadata":{},"task":"1/0/1","name":"x","main":MAIN,"committed":COMMITTED}""";
        static string Of(string id, string main, string committed) => File.Replace("ID", id, StringComparison.Ordinal).Replace("MAIN", main, StringComparison.Ordinal).Replace("COMMITTED", committed, StringComparison.Ordinal);
        var fake = new FakeDpu().When(HttpMethod.Get, "/jobs/1/results", $"[{Of("a", "true", "true")},{Of("b", "true", "false")},{Of("c", "false", "true")}]");
        await using var dpu = Open(fake);
        (await dpu.GetJobResultAsync(1, committedOnly: true, CancellationToken.None)).Select(file => file.Id).ShouldBe(["a"]);
        (await dpu.GetJobResultAsync(1, committedOnly: false, CancellationToken.None)).Select(file => file.Id).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Another_DPU_is_selected_by_its_name()
    {
        Directory.CreateDirectory(Path.Combine(_home.FullName, ".dpu"));
        await File.WriteAllTextAsync(Path.Combine(_home.FullName, ".dpu", "client.conf"), "dpus = [ { name = groningen, url = \"http://127.0.0.1:1\", aliases = [rug] } ]");
        await using var dpu = Open(new FakeDpu().When(HttpMethod.Post, "/jobs/1/cancel", () => FakeDpu.Problem(HttpStatusCode.Conflict, """{"title":"Conflict","status":409,"code":"running"}""")));
        dpu.GetDpuIdentifiers().ShouldBe(["groningen", "http://127.0.0.1:8470"]);
        dpu.DescribeDpus().ShouldBe(["  groningen : http://127.0.0.1:1", "* http://127.0.0.1:8470 : http://127.0.0.1:8470"]);
        (await Should.ThrowAsync<DpuRefusedException>(() => dpu.CancelJobAsync(1, force: false, CancellationToken.None))).Problem.Code.ShouldBe("running");
        await dpu.SelectDpuAsync("rug");
        dpu.Address.ShouldBe(new Uri("http://127.0.0.1:1"));
        dpu.GetDpuIdentifiers().ShouldBe(["groningen"]);
    }

    private Processor Open(FakeDpu fake) => new(null, _said, address => fake.Options() with { Address = address }, name => name == "HOME" ? _home.FullName : null);

    /// <summary>What was said, without host and time.</summary>
    private IEnumerable<string> Lines() => _said.ToString().Split(_said.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(line => Stamp().Replace(line, ""));

    [GeneratedRegex(@"^\[[^\] ]+\] \d\d:\d\d:\d\d - ")]
    private static partial Regex Stamp();

    private sealed class Told(List<string> told, Action? then = null) : IProgress<JobSummary>
    {
        public void Report(JobSummary value)
        {
            told.Add(value.Status);
            then?.Invoke();
        }
    }
}
