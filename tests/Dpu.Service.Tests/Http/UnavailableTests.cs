using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Dpu.Service.Tests.Configuration;
using Dpu.Service.Tests.Ingest;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>What callers are told while the journal does not answer, and what becomes of what they asked.</summary>
public sealed class UnavailableTests : IAsyncLifetime, IDisposable
{
    private const string Config = "dpu { http { answer-timeout = 3 s, waiting-max = 3 }, service { stop-grace = 0 s, log-level = Error } }";

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = new();
    private StalledJournal _journal = null!;
    private DpuHost _host = null!;

    public async Task InitializeAsync()
    {
        var seams = TestHost.Seams with { Journal = inner => _journal = new StalledJournal(inner) };
        _host = await DpuHost.StartAsync(TestHost.Request(_folder.At("data"), _folder.File("test.conf", Config)), seams, CancellationToken.None);
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(_host.TokenPath)).Trim());
    }

    public async Task DisposeAsync()
    {
        _journal.GoOn();
        await _host.DisposeAsync();
    }

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_submission_that_is_not_durable_in_time_is_no_success_and_its_key_tells_what_became_of_it()
    {
        _journal.Stall();
        using (var late = await SubmitAsync("key-1"))
        {
            (await late.ProblemAsync(503, "unavailable")).Detail!.ShouldContain("did not answer in time");
        }

        _journal.GoOn();
        using var again = await SubmitAsync("key-1");
        again.IsSuccessStatusCode.ShouldBeTrue();
        var job = JsonDocument.Parse(await again.Content.ReadAsStringAsync()).RootElement.GetProperty("jobId").GetInt32();
        using var once = await SubmitAsync("key-1");
        (await once.JsonAsync()).GetProperty("jobId").GetInt32().ShouldBe(job);
        using var jobs = await _client.GetAsync(At("/jobs?all=true"));
        (await jobs.JsonAsync()).GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_journal_that_cannot_be_written_is_told_with_its_reason_and_the_queue_can_be_read()
    {
        _journal.Fail("the disk is full");
        using (var refused = await SubmitAsync("key-2"))
        {
            (await refused.ProblemAsync(503, "unavailable")).Detail!.ShouldContain("the disk is full");
        }

        using (var frames = await _client.PostAsync(At("/ingest"), JsonSerializer.Serialize(new { paths = new[] { Frames.Write(_folder.Path, "a.fits") } })))
        {
            await frames.ProblemAsync(503, "unavailable");
        }

        using (var jobs = await _client.GetAsync(At("/jobs?all=true")))
        {
            (await jobs.JsonAsync()).GetArrayLength().ShouldBe(0);
        }

        foreach (var path in new[] { "/health", "/stats" })
        {
            var shown = await StateAsync(path);
            shown.State.ShouldBe("impaired");
            shown.Reason!.ShouldContain("the disk is full");
        }

        var found = await Doctor.ExamineAsync(TestHost.Request(_folder.At("data"), _folder.At("test.conf"), _host.Address.Port), CancellationToken.None);
        found.Single(finding => finding.Area == "database").Message.ShouldContain("the disk is full");

        _journal.GoOn();
        using var accepted = await SubmitAsync("key-2");
        accepted.IsSuccessStatusCode.ShouldBeTrue();
        (await StateAsync("/health")).ShouldBe(("ready", null));
    }

    [Fact]
    public async Task More_than_may_wait_are_refused_at_once()
    {
        _journal.Stall();
        var asked = Enumerable.Range(0, 6).Select(n => SubmitAsync($"key-{n}")).ToList();
        var refused = 0;
        await foreach (var answer in Task.WhenEach(asked))
        {
            (await answer).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            if (++refused == 3)
            {
                // Those that may wait do so still.
                asked.Count(answer => !answer.IsCompleted).ShouldBe(3);
            }
        }

        var answers = await Task.WhenAll(asked);
        _journal.GoOn();
        using var accepted = await SubmitAsync("key-7");
        accepted.IsSuccessStatusCode.ShouldBeTrue();
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public async Task Those_who_follow_are_let_go_in_order_when_the_service_stops()
    {
        using var answer = await _client.PostAsync(At("/exec"), """{"command":["sleep","1000"]}""");
        var job = (await answer.JsonAsync(201)).GetProperty("jobId").GetInt32();
        foreach (var path in new[] { $"/jobs/{job}/events", $"/jobs/{job}/logs?follow=true" })
        {
            var following = await _client.GetAsync(At(path), HttpCompletionOption.ResponseHeadersRead);
            var body = await following.Content.ReadAsStreamAsync();
            if (path.EndsWith("events", StringComparison.Ordinal))
            {
                (await body.ReadAsync(new byte[1])).ShouldBe(1);
            }

            Followers.Add(body);
        }

        using (var ended = await _client.PostAsync(At($"/jobs/{job}/cancel"), """{"force":true}"""))
        {
            ended.IsSuccessStatusCode.ShouldBeTrue();
        }

        await _host.StopAsync();
        foreach (var body in Followers)
        {
            // To its end, and no further: not a connection that broke.
            await body.CopyToAsync(Stream.Null).WaitAsync(TimeSpan.FromSeconds(30));
        }

        // The log is made with its first line, and nothing of this is an error.
        File.Exists(Path.Combine(_folder.At("data"), "service.log")).ShouldBeFalse();
    }

    private List<Stream> Followers { get; } = [];

    private Uri At(string path) => new(_host.Address, "/api/v1" + path);

    private async Task<(string? State, string? Reason)> StateAsync(string path)
    {
        using var answer = await _client.GetAsync(At(path));
        var shown = await answer.JsonAsync();
        return (shown.GetProperty("state").GetString(), shown.GetProperty("reason").GetString());
    }

    private Task<HttpResponseMessage> SubmitAsync(string key) => _client.PostAsync(At("/exec"), """{"command":["true"]}""", key);
}
