using Dpu.System.Tests.Commands;
using Dpu.System.Tests.Nodes;
using Dpu.System.Tests.Processes;
using Shouldly;

namespace Dpu.System.Tests.Pilots;

/// <summary>Nodes that are started with nothing but ssh.</summary>
public sealed class SshTests
{
    [FactWithServers("sshd", "ssh", "ssh-keygen")]
    public async Task A_node_is_started_works_and_is_stopped()
    {
        await using var dpu = new RealDpu();
        await dpu.StartAsync(RealCluster.Options(Patience.Short));
        await using var sshd = await RealSshd.StartAsync(dpu.Home);

        string[] wicked = ["--name", "far", "--tag", "8,6", "--tag", "it's \"odd\" $(id)"];
        var started = (await dpu.RunAsync(["node", "start", .. sshd.Options, .. wicked, "--cpus", "2", "--json"])).Exits(0);
        started.Json.GetProperty("data").GetString().ShouldBe(Path.Combine(dpu.Home, ".local/share/dpu-node/far"));
        var node = (await dpu.Client.GetNodesAsync(CancellationToken.None)).Single(one => one.Name == "far");
        node.Tags.ShouldBe(["8,6", "it's \"odd\" $(id)"], ignoreOrder: true);
        (await dpu.EndOfAsync(await dpu.SubmitAsync("exec", "--", "true"))).Status.ShouldBe("FINISHED");

        // Again: there is one already, and it goes on.
        (await dpu.RunAsync(["node", "start", .. sshd.Options, "--name", "far"])).Exits(2).Error.ShouldContain("There is a node 'far' already");

        (await dpu.RunAsync(["node", "stop", .. sshd.Options, "--name", "far"])).Exits(0).Out.ShouldContain("has ended");
        ProcessTable.Mentioning(Path.Combine(dpu.Home, ".local/share/dpu-node/far")).Where(pid => ProcessTable.CommandLineOf(pid).Contains(" node ", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [FactWithServers("sshd", "ssh", "ssh-keygen")]
    public async Task What_goes_wrong_there_is_told_and_the_key_is_taken_back()
    {
        await using var dpu = new RealDpu();
        await dpu.StartAsync(RealCluster.Options(Patience.Short));
        await using var sshd = await RealSshd.StartAsync(dpu.Home);

        (await dpu.RunAsync(["node", "start", .. sshd.Options, "--name", "far", "--data", "/proc/none"])).Exits(3).Error.ShouldContain("/proc/none cannot be made");
        (await dpu.RunAsync("node", "start", "--ssh", "host.invalid")).Exits(3).Error.ShouldContain("host.invalid cannot be reached by ssh");
        (await dpu.Client.GetKeysAsync(CancellationToken.None)).ShouldAllBe(key => key.State == "revoked");
        (await dpu.RunAsync(["node", "stop", .. sshd.Options, "--name", "far"])).Exits(3).Error.ShouldContain("no node was started in");
    }
}
