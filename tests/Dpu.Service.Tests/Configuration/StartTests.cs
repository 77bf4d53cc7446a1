using System.Net;
using System.Net.Sockets;
using Dpu.Journal.Store;
using Shouldly;
using SQLitePCL;
using Xunit;

namespace Dpu.Service.Tests.Configuration;

/// <summary>A start that fails says why in one message, and leaves nothing behind.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => _folder.At("data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_service_starts_stops_and_starts_again_on_the_same_data()
    {
        string first;
        await using (var host = await TestHost.StartAsync(Data))
        {
            first = await File.ReadAllTextAsync(host.TokenPath);
            host.DataDirectory.ShouldBe(Data);
            await host.StopAsync();
            File.Exists(host.TokenPath).ShouldBeFalse();
            await host.WhenStopped;
        }

        await NothingIsLeftAsync();
        await using var again = await TestHost.StartAsync(Data);
        (await File.ReadAllTextAsync(again.TokenPath)).ShouldNotBe(first);
    }

    [Fact]
    public async Task A_port_in_use_is_said_and_nothing_is_left()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var error = await RefusalAsync(port: port);
        error.ExitCode.ShouldBe(3);
        error.Message.ShouldContain($"{port}");
        error.Message.ShouldContain("in use");
        error.Message.ShouldContain("--port");
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Data_that_another_service_holds_are_left_to_it()
    {
        await using var first = await TestHost.StartAsync(Data);
        var error = await RefusalAsync();
        error.ExitCode.ShouldBe(3);
        error.Message.ShouldContain(Data);
        error.Message.ShouldContain($"{Environment.ProcessId}");
        using var client = new HttpClient();
        (await client.GetAsync(new Uri(first.Address, "/api/v1/health"))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_not_touched()
    {
        await (await TestHost.StartAsync(Data)).DisposeAsync();
        Execute("INSERT INTO schema_version (version, since) VALUES (9999, '2100-01-01T00:00:00Z')");
        var before = await File.ReadAllBytesAsync(Path.Combine(Data, "dpu.db"));
        var error = await RefusalAsync();
        error.ExitCode.ShouldBe(3);
        error.Message.ShouldContain("dpu.db");
        error.Message.ShouldContain("newer");
        (await File.ReadAllBytesAsync(Path.Combine(Data, "dpu.db"))).ShouldBe(before);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_said()
    {
        _folder.File("data/dpu.db", new string('x', 10_000));
        var error = await RefusalAsync();
        error.ExitCode.ShouldBe(3);
        error.Message.ShouldContain("dpu.db");
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_made_is_said()
    {
        _folder.File("data", "I am a file.");
        var error = await RefusalAsync();
        error.ExitCode.ShouldBe(3);
        error.Message.ShouldContain(Data);
    }

    [Fact]
    public async Task A_mistake_in_the_configuration_is_said_before_anything_is_made()
    {
        var error = await RefusalAsync(config: "dpu {\n  http { port = [ }\n}");
        error.ExitCode.ShouldBe(2);
        error.Message.ShouldContain("test.conf:2");
        Directory.Exists(Data).ShouldBeFalse();
    }

    [Fact]
    public async Task A_token_that_cannot_be_written_stops_the_start()
    {
        // The one place where a token may stand is taken by something that is no folder.
        var port = FreePort();
        var blocked = Directory.CreateDirectory(Path.Combine(TestHome.Path, ".dpu", "tokens", $"127.0.0.1_{port}")).FullName;
        try
        {
            File.WriteAllText(Path.Combine(blocked, "in-the-way"), "");
            var error = await RefusalAsync(port: port);
            error.ExitCode.ShouldBe(3);
            error.Message.ShouldContain("token");
            await NothingIsLeftAsync();
        }
        finally
        {
            Directory.Delete(blocked, recursive: true);
        }
    }

    [Fact]
    public async Task A_start_that_is_given_up_leaves_nothing()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => DpuHost.StartAsync(TestHost.Request(Data), TestHost.Seams, gone.Token));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task The_services_log_tells_the_time_with_its_distance_from_utc()
    {
        await (await TestHost.StartAsync(Data)).DisposeAsync();
        (await File.ReadAllLinesAsync(Path.Combine(Data, "service.log")))[0].ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d ");
    }

    private async Task<StartupException> RefusalAsync(string? config = null, int? port = 0)
    {
        var file = config is null ? null : _folder.File("test.conf", config);
        var error = await Should.ThrowAsync<StartupException>(() => TestHost.StartAsync(Data, file, port));
        error.Message.ShouldNotContain("   at ");
        return error;
    }

    /// <summary>The lock can be taken, and no keeper of these data is alive or on its way.</summary>
    private async Task NothingIsLeftAsync()
    {
        DataDirectory.Take(Data).Dispose();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (Keepers() is { Count: > 0 })
        {
            await ticks.WaitForNextTickAsync(limit.Token);
        }
    }

    private List<string> Keepers() =>
    [
        .. Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)).Select(CommandLineOf)
            .Where(line => line.Contains("keeper", StringComparison.Ordinal) && line.Contains(Data, StringComparison.Ordinal)),
    ];

    private static string CommandLineOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private void Execute(string sql)
    {
        Batteries_V2.Init();
        raw.sqlite3_open(Path.Combine(Data, "dpu.db"), out var database).ShouldBe(raw.SQLITE_OK);
        using (database)
        {
            raw.sqlite3_exec(database, sql).ShouldBe(raw.SQLITE_OK);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
