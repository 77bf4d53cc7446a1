using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Service.Notifications;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Notifications;

/// <summary>Notifications through a whole service.</summary>
public sealed class NotificationTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HookListener _hook = new();
    private readonly MailListener _mails = new();
    private DpuHost _host = null!;
    private DpuHttpClient _client = null!;

    public Task InitializeAsync() => StartAsync();

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    public void Dispose()
    {
        _hook.Dispose();
        _mails.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_webhook_is_told_of_a_job_that_fails_with_a_signature_that_its_secret_explains()
    {
        var secret = (await _client.SetNotifyAsync(new NotifyRequest(Webhook: $"{_hook.Origin}/dpu?x=1", When: "failed"), default)).WebhookSecret!;
        await RunAsync("true");
        var job = await RunAsync("sh", "-c", "exit 3");

        var request = await _hook.NextAsync();
        request.Line.ShouldBe("POST /dpu?x=1 HTTP/1.1");
        var notice = JsonDocument.Parse(request.Body).RootElement;
        notice.GetProperty("type").GetString().ShouldBe("job.ended");
        notice.GetProperty("data").GetProperty("jobId").GetInt32().ShouldBe(job);
        notice.GetProperty("data").GetProperty("status").GetString().ShouldBe("FAILED");
        Signature(secret, request).ShouldBe(request.Headers["webhook-signature"]);
        _hook.Requests.Count.ShouldBe(1, "the one that ended FINISHED is not told");
        (await _client.GetNotifyAsync(default)).WebhookSecret.ShouldBeNull();
    }

    [Fact]
    public async Task A_mail_comes_when_the_submission_asks_for_it_and_what_the_job_is_called_becomes_no_header()
    {
        await _client.SetNotifyAsync(new NotifyRequest(Mail: "jane@example.org"), default);
        await RunAsync("true");
        var job = await RunAsync(new ExecSubmission(["true"]) { Notify = ["mail"] });
        var lines = await _mails.NextAsync();
        lines.ShouldContain("To: jane@example.org");
        lines.ShouldContain($"Subject: [notifying] Job {job} FINISHED: exec");
        _mails.Said.Count(line => line == "DATA").ShouldBe(1);
    }

    [Fact]
    public async Task What_could_not_be_delivered_before_a_restart_is_delivered_after_it_under_the_same_id()
    {
        await _client.SetNotifyAsync(new NotifyRequest(Webhook: $"{_hook.Origin}/", When: "always"), default);
        _hook.Answer = "503 Busy";
        await RunAsync("true");
        var first = await _hook.NextAsync();

        _client.Dispose();
        await _host.DisposeAsync();
        _hook.Answer = "204 No Content";
        await StartAsync();
        (await _client.GetNotifyAsync(default)).Pending.ShouldBe(1);
        var second = await _hook.NextAsync();
        second.Headers["webhook-id"].ShouldBe(first.Headers["webhook-id"]);
    }

    [Fact]
    public async Task Where_a_webhook_points_on_to_nobody_goes()
    {
        using var inside = new HookListener();
        await _client.SetNotifyAsync(new NotifyRequest(Webhook: $"{_hook.Origin}/"), default);
        _hook.Answer = $"302 Found\r\nLocation: {inside.Origin}/";
        var refused = await Should.ThrowAsync<DpuRefusedException>(() => _client.TestNotifyAsync(new NotifyTestRequest("webhook"), default));
        (refused.Problem.Code, refused.Problem.Detail!.Contains("redirects are not followed", StringComparison.Ordinal)).ShouldBe(("not-delivered", true));
        inside.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/", "bad-webhook")]
    [InlineData("http://169.254.169.254/latest/meta-data/", "bad-webhook")]
    [InlineData("file:///etc/passwd", "bad-webhook")]
    public async Task Nobody_makes_the_DPU_ask_what_its_operator_did_not_name(string url, string code) =>
        (await Should.ThrowAsync<DpuRefusedException>(() => _client.SetNotifyAsync(new NotifyRequest(Webhook: url), default))).Problem.Code.ShouldBe(code);

    [Theory]
    [InlineData("jane@elsewhere.org", null, "bad-address")]
    [InlineData("jane@example.org\r\nBcc: all@example.org", null, "bad-address")]
    [InlineData(null, "sometimes", "bad-when")]
    public async Task What_cannot_be_is_refused(string? mail, string? when, string code) =>
        (await Should.ThrowAsync<DpuRefusedException>(() => _client.SetNotifyAsync(new NotifyRequest(Mail: mail, When: when), default))).Problem.Code.ShouldBe(code);

    [Fact]
    public async Task A_submission_asks_only_for_ways_that_its_user_has()
    {
        Task<JobAccepted> SubmitAsync(string way) => _client.SubmitAsync(new ExecSubmission(["true"]) { Notify = [way] }, IdempotencyKey.Create(), default);
        (await Should.ThrowAsync<DpuRefusedException>(() => SubmitAsync("mail"))).Problem.Code.ShouldBe("no-address");
        (await Should.ThrowAsync<DpuRefusedException>(() => SubmitAsync("pigeon"))).Problem.Code.ShouldBe("bad-notify");
        (await _client.GetJobsAsync(new JobQuery(), default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_key_of_webhooks_is_its_owners_alone_and_no_secret_stands_in_the_journal()
    {
        var secret = (await _client.SetNotifyAsync(new NotifyRequest(Webhook: $"{_hook.Origin}/"), default)).WebhookSecret!;
        var key = Path.Combine(_host.DataDirectory, "webhooks.key");
        File.GetUnixFileMode(key).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var other = (await _client.SetNotifyAsync(new NotifyRequest(Webhook: $"{_hook.Origin}/"), default)).WebhookSecret!;
        other.ShouldNotBe(secret);
        foreach (var file in Directory.EnumerateFiles(_host.DataDirectory, "dpu.db*"))
        {
            Encoding.Latin1.GetString(await ReadSharedAsync(file)).ShouldNotContain(secret["whsec_".Length..]);
        }
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("169.254.169.254", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("fe80::1", true)]
    [InlineData("224.0.0.1", true)]
    [InlineData("10.1.2.3", false)]
    [InlineData("93.184.216.34", false)]
    [InlineData("2606:2800:220:1::1", false)]
    public void A_name_must_not_lead_to_this_host_itself(string address, bool isOfThisHost) => WebhookSender.IsOfThisHost(IPAddress.Parse(address)).ShouldBe(isOfThisHost);

    private async Task StartAsync()
    {
        var config = _folder.File("test.conf", $$"""
            dpu {
              name = notifying
              service { stop-grace = 0 s, log-level = Error }
              notify {
                webhook.origins = ["{{_hook.Origin}}"]
                smtp { host = "127.0.0.1", port = {{_mails.Port}}, security = none, from = "dpu@example.org", domains = [example.org] }
              }
            }
            """);
        _host = await TestHost.StartAsync(_folder.At("data"), config);
        _client = new DpuHttpClient(new DpuClientOptions { Address = _host.Address });
    }

    private Task<int> RunAsync(params string[] command) => RunAsync(new ExecSubmission(command));

    private async Task<int> RunAsync(ExecSubmission submission)
    {
        var job = (await _client.SubmitAsync(submission, IdempotencyKey.Create(), default)).JobId;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var _ in _client.WatchJobAsync(job, limit.Token))
        {
            // Until it has ended.
        }

        return job;
    }

    private static string Signature(string secret, HookRequest request)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var signed = string.Create(CultureInfo.InvariantCulture, $"{request.Headers["webhook-id"]}.{request.Headers["webhook-timestamp"]}.{request.Body}");
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)));
    }

    private static async Task<byte[]> ReadSharedAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
