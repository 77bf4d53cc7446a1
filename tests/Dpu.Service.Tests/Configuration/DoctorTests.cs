using System.Net;
using System.Net.Sockets;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Configuration;

public sealed class DoctorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public DoctorTests() => _folder.Script("bin/dpu-calibration", "#!/bin/sh\n");

    /// <summary>The programs of the built-in recipes are where a node's path says.</summary>
    private string Sound => $"dpu.node.path = \"{_folder.At("bin")}\"\n";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task When_all_is_well_it_says_so_area_by_area()
    {
        var findings = await ExamineAsync(Sound);
        findings.ShouldAllBe(finding => finding.Ok && finding.Remedy == null);
        findings.Select(finding => finding.Area).ShouldBe(["configuration", "port", "disk", "database", "recipes", "packages", "isolation"]);
    }

    [Fact]
    public async Task A_wrong_configuration_is_the_only_finding()
    {
        var finding = (await ExamineAsync("dpu.node.cpus = x")).ShouldHaveSingleItem();
        (finding.Area, finding.Ok).ShouldBe(("configuration", false));
        finding.Message.ShouldContain("test.conf:1");
        finding.Remedy.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_port_in_use_is_found_without_taking_it()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        Bad(await ExamineAsync(Sound, port), "port").Message.ShouldContain($"{port}");
    }

    [Fact]
    public async Task Data_that_a_service_holds_are_found_and_left_alone()
    {
        using var held = Journal.Store.DataDirectory.Take(_folder.At("data"));
        Bad(await ExamineAsync(Sound), "data").Message.ShouldContain($"{Environment.ProcessId}");
    }

    [Fact]
    public async Task Beside_the_very_DPU_that_runs_here_all_is_well()
    {
        var config = _folder.File("dpu.conf", Sound + "dpu.name = mine");
        await using var host = await TestHost.StartAsync(_folder.At("data"), config);
        var findings = await ExamineAsync(Sound + "dpu.name = mine", host.Address.Port);
        findings.ShouldAllBe(finding => finding.Ok && finding.Remedy == null);
        findings.Select(finding => finding.Area).ShouldBe(["configuration", "port", "disk", "database", "recipes", "packages", "isolation"]);
        findings[1].Message.ShouldContain("mine");
        findings[1].Message.ShouldContain($"process {Environment.ProcessId}");

        // Another DPU's port is still in use.
        var other = await Doctor.ExamineAsync(TestHost.Request(_folder.At("other"), _folder.File("test.conf", Sound), host.Address.Port), CancellationToken.None);
        Bad(other, "port").Message.ShouldContain("'mine'");
    }

    [Fact]
    public async Task A_database_that_cannot_be_used_is_found()
    {
        _folder.File("data/dpu.db", new string('x', 10_000));
        Bad(await ExamineAsync(Sound), "database").Message.ShouldContain("dpu.db");
    }

    [Fact]
    public async Task An_index_of_the_logs_that_cannot_be_used_is_found_before_a_start_finds_it()
    {
        _folder.File("data/logs.db", new string('x', 10_000));
        Bad(await ExamineAsync(Sound), "database").Message.ShouldContain("logs.db");
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_made_is_found()
    {
        _folder.File("data", "I am a file.");
        Bad(await ExamineAsync(Sound), "data").Message.ShouldContain(_folder.At("data"));
    }

    [Fact]
    public async Task Programs_that_are_missing_are_found_each_with_its_recipes()
    {
        const string Missing = """
            dpu.recipes {
              A { command = [no-such-program] }
              B { command = [no-such-program, again] }
              C { command = [/no/such/place/program] }
              Good { command = [/bin/sh] }
            }
            """;
        var bad = (await ExamineAsync(Sound + Missing)).Where(finding => !finding.Ok).ToList();
        bad.ShouldAllBe(finding => finding.Area == "recipes");
        bad.Count.ShouldBe(2);
        bad[0].Message.ShouldContain("'no-such-program'");
        bad[0].Message.ShouldContain("A, B");
        bad[1].Message.ShouldContain("/no/such/place/program");
        bad.ShouldAllBe(finding => !finding.Message.Contains("Good"));
    }

    private static Finding Bad(IReadOnlyList<Finding> findings, string area)
    {
        var bad = findings.Where(finding => !finding.Ok).ShouldHaveSingleItem();
        bad.Area.ShouldBe(area);
        bad.Remedy.ShouldNotBeNullOrEmpty();
        return bad;
    }

    private Task<IReadOnlyList<Finding>> ExamineAsync(string config, int port = 0) =>
        Doctor.ExamineAsync(TestHost.Request(_folder.At("data"), _folder.File("test.conf", config), port), CancellationToken.None);
}
