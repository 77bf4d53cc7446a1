using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Dpu.Service.Tests.Configuration;
using Dpu.Service.Tests.Http;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Telemetry;

[Collection(SharedDpu.Name)]
public sealed partial class MonitoringTests(RunningDpu dpu)
{
    [Theory]
    [InlineData("/healthz", "ok\n")]
    [InlineData("/readyz", "ready\n")]
    public async Task A_probe_is_told_one_word_whatever_it_calls_the_host_and_whatever_it_shows(string path, string word)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(dpu.Host.Address, path));
        request.Headers.Host = "10.1.2.3:8470";
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "nonsense");
        using var answer = await dpu.Visitor.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldBe(word);
    }

    [Fact]
    public async Task Figures_are_for_whoever_shows_a_token()
    {
        using var visitor = await dpu.Visitor.GetAsync(Metrics);
        visitor.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var owner = await dpu.Owner.GetAsync(Metrics);
        owner.StatusCode.ShouldBe(HttpStatusCode.OK);
        owner.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
    }

    [Fact]
    public async Task What_was_done_is_counted_and_names_nobody()
    {
        var before = await ReadAsync();
        await dpu.RunAsync("sh", "-c", "exit 3");
        await dpu.RunAsync("true");
        var after = await ReadAsync();
        double Grown(string sample) => after[sample] - before.GetValueOrDefault(sample);

        // They are read once a second at most.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Grown("dpu_jobs_submitted_total") < 2)
        {
            limit.Token.ThrowIfCancellationRequested();
            after = await ReadAsync();
        }

        Grown("dpu_attempts_ended_total{recipe=\"other\",outcome=\"normal\"}").ShouldBeGreaterThanOrEqualTo(1);
        Grown("dpu_attempts_ended_total{recipe=\"other\",outcome=\"failed\"}").ShouldBeGreaterThanOrEqualTo(1);
        Grown("dpu_journal_append_seconds_count").ShouldBeGreaterThanOrEqualTo(4);
        Grown("dpu_http_requests_total{answer=\"2xx\"}").ShouldBeGreaterThanOrEqualTo(2);
        after["dpu_node_cpus{node=\"here\"}"].ShouldBe(4);
        after["dpu_ready"].ShouldBe(1);
        after.Keys.ShouldNotContain(sample => sample.Contains(Environment.UserName, StringComparison.Ordinal) && Environment.UserName.Length > 4);
    }

    [Fact]
    public async Task Every_sample_belongs_to_a_metric_of_the_list_and_every_one_of_those_is_told()
    {
        await dpu.RunAsync("true");
        var lines = (await dpu.Owner.GetStringAsync(Metrics)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var declared = lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToList();
        declared.ShouldBe(Service.Telemetry.Metrics.All.Keys, ignoreOrder: true);
        lines.Where(line => line[0] != '#').Select(line => Suffix().Replace(line.Split('{', ' ')[0], "")).ShouldBeSubsetOf(declared);
    }

    private Uri Metrics => new(dpu.Host.Address, "/metrics");

    private async Task<Dictionary<string, double>> ReadAsync()
    {
        var text = await dpu.Owner.GetStringAsync(Metrics);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != '#')
            .ToDictionary(line => line[..line.LastIndexOf(' ')], line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();
}

/// <summary>What a DPU in trouble tells those who watch it.</summary>
public sealed class TroubledMonitoringTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_journal_that_cannot_be_written_makes_it_unready_but_not_dead_and_no_path_is_told()
    {
        StalledJournal? journal = null;
        var seams = TestHost.Seams with { Journal = inner => journal = new StalledJournal(inner) };
        var config = _folder.File("test.conf", "dpu { http { metrics = everyone, answer-timeout = 3 s }, service { stop-grace = 0 s, log-level = Error } }");
        await using var host = await DpuHost.StartAsync(TestHost.Request(_folder.At("data"), config), seams, CancellationToken.None);
        journal!.Fail("the disk of /data is full");
        using (var client = new Dpu.Client.DpuHttpClient(new() { Address = host.Address }))
        {
            await Should.ThrowAsync<Dpu.Client.DpuException>(() => client.SubmitAsync(new Dpu.Client.Contracts.ExecSubmission(["true"]), "key", new CancellationTokenSource(TimeSpan.FromSeconds(5)).Token));
        }

        using var ready = await _client.GetAsync(new Uri(host.Address, "/readyz"));
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ready.Content.ReadAsStringAsync()).ShouldBe("the journal could not be written when it was last tried\n");
        using var alive = await _client.GetAsync(new Uri(host.Address, "/healthz"));
        alive.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _client.GetStringAsync(new Uri(host.Address, "/metrics"))).ShouldContain("\ndpu_ready 0\n");
        journal.GoOn();
    }

    [Theory]
    [InlineData("off", HttpStatusCode.NotFound, HttpStatusCode.NotFound)]
    [InlineData("operators", HttpStatusCode.Unauthorized, HttpStatusCode.OK)]
    [InlineData("everyone", HttpStatusCode.OK, HttpStatusCode.OK)]
    public async Task Who_may_read_figures_is_configured(string audience, HttpStatusCode toVisitors, HttpStatusCode toTheOwner)
    {
        var config = _folder.File("test.conf", $"dpu {{ http.metrics = {audience}, service {{ stop-grace = 0 s, log-level = Error }} }}");
        await using var host = await TestHost.StartAsync(_folder.At("data"), config);
        using var visitor = await _client.GetAsync(new Uri(host.Address, "/metrics"));
        visitor.StatusCode.ShouldBe(toVisitors);
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(host.TokenPath)).Trim());
        using var owner = await _client.GetAsync(new Uri(host.Address, "/metrics"));
        owner.StatusCode.ShouldBe(toTheOwner);
    }
}
