using Dpu.Client;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Configuration;

/// <summary>The keeper beside a service: what is said of its death, and that tests leave none behind.</summary>
public sealed class KeeperTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private DpuHost _host = null!;
    private DpuHttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder.At("data"), _folder.File("test.conf", "dpu.service { log-level = Warning, stop-grace = 0 s }"));
        _client = new DpuHttpClient(new DpuClientOptions { Address = _host.Address });
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_keeper_that_was_killed_is_a_warning_in_the_log()
    {
        await RunAsync();
        LeftKeepers.Kill(LeftKeepers.Below(_folder.Path).ShouldHaveSingleItem());

        // It ends only when another keeper has come.
        await RunAsync();
        var line = (await File.ReadAllLinesAsync(Path.Combine(_host.DataDirectory, "service.log"))).Single(line => line.Contains("ended with signal 9", StringComparison.Ordinal));
        line.ShouldContain("WRN");
    }

    [Fact]
    public async Task A_folder_takes_along_the_keepers_that_its_services_left()
    {
        var other = new TemporaryFolder();
        var host = await TestHost.StartAsync(other.At("data"), other.File("test.conf", "dpu.service.stop-grace = 0 s"));
        using (var client = new DpuHttpClient(new DpuClientOptions { Address = host.Address }))
        {
            var job = (await client.SubmitAsync(new ExecSubmission(["sleep", "1000"]), IdempotencyKey.Create(), CancellationToken.None)).JobId;
            await UntilAsync(client, job, summary => summary.Status == "RUNNING");
        }

        await host.DisposeAsync();
        LeftKeepers.Below(other.Path).ShouldHaveSingleItem();
        other.Dispose();
        LeftKeepers.Below(other.Path).ShouldBeEmpty();
    }

    private async Task RunAsync()
    {
        var job = (await _client.SubmitAsync(new ExecSubmission(["true"]), IdempotencyKey.Create(), CancellationToken.None)).JobId;
        await UntilAsync(_client, job, summary => summary.HasEnded);
    }

    private static async Task UntilAsync(DpuHttpClient client, int job, Func<JobSummary, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var summary in client.WatchJobAsync(job, limit.Token))
        {
            if (condition(summary))
            {
                return;
            }
        }

        throw new InvalidOperationException("The job ended before it came to that.");
    }
}
