using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.System.Tests.Commands;

/// <summary>What recipes print decides about them, with the real program and shell scripts for recipes.</summary>
public sealed class PatternTests
{
    private const string Recipes = """
        dpu.recipes {
          Warn { command = [sh, -c, "echo started; echo 'WARNING: seeing 3.2'; echo 'WARNING: seeing 3.3' >&2"], patterns { seeing { regex = "^WARNING: seeing" } } }
          Starve {
            command = [sh, -c, "echo 'MemoryError: cannot allocate'; exit 1"]
            resources { memory = 64 MiB }
            retry { memory = 2 }
            patterns { oom { regex = "^MemoryError", level = error, cause = memory } }
          }
          Doubt { command = [sh, -c, "echo 'seeing 9.9'"], patterns { seeing { regex = "^seeing 9", action = hold } } }
          Lie { command = [sh, -c, "echo 'cannot open frame'"], patterns { broken { regex = "cannot open", level = error, action = fail, cause = data } } }
        }
        """;

    [Fact]
    public async Task They_warn_say_the_cause_and_fail()
    {
        await using var dpu = await StartAsync();
        var warned = await EndOfAsync(dpu, "Warn", "FINISHED");
        var counts = warned.Findings.ShouldHaveSingleItem();
        (counts.Pattern, counts.Level, counts.Lines, counts.Attempts).ShouldBe(("seeing", "warning", 2, 1));
        warned.Tasks!.Single().Attempts.Single().Findings!.Select(finding => finding.Line).ShouldBe(["WARNING: seeing 3.2", "WARNING: seeing 3.3"], ignoreOrder: true);

        var starved = await EndOfAsync(dpu, "Starve", "FAILED");
        starved.Tasks!.Single().Attempts.Select(attempt => attempt.Cause).ShouldBe(["memory", "memory"]);
        starved.Tasks!.Single().Attempts[1].Message!.ShouldContain("it printed 'MemoryError: cannot allocate' (pattern 'oom')");

        var lied = (await EndOfAsync(dpu, "Lie", "FAILED")).Tasks!.Single().Attempts[^1];
        (lied.ExitCode, lied.Cause).ShouldBe((0, "data"));

        (await dpu.RunAsync("show", $"{starved.JobId}", "--tasks")).Exits(0).Out.ShouldContain("oom (error) ");
    }

    [Fact]
    public async Task They_hold_a_result_until_a_person_releases_it()
    {
        await using var dpu = await StartAsync();
        var job = await dpu.SubmitAsync("run", "Doubt");
        await foreach (var summary in dpu.Client.WatchJobAsync(job, CancellationToken.None))
        {
            if (summary.Status == "HELD")
            {
                (await dpu.RunAsync("show", $"{job}")).Exits(0).Out.ShouldContain("seeing");
                var why = (await dpu.RunAsync("explain", $"{job}")).Exits(0).Out;
                why.ShouldContain("it printed 'seeing 9.9' (pattern 'seeing')");
                why.ShouldContain($"dpu release {job} ");
                (await dpu.RunAsync("release", $"{job}")).Exits(0);
                break;
            }
        }

        (await dpu.EndOfAsync(job)).Status.ShouldBe("FINISHED");
        (await dpu.Client.GetJobAsync(job, tasks: true, CancellationToken.None)).Tasks!.Single().Attempts.Single().Findings!.Single().Line.ShouldBe("seeing 9.9");
    }

    private static async Task<RealDpu> StartAsync()
    {
        var dpu = new RealDpu();
        await dpu.StartAsync("--config", dpu.NewFile("patterns.conf", Recipes), "-D", "dpu.node.cpus=2", "-D", "dpu.service.stop-grace=0 s");
        return dpu;
    }

    private static async Task<JobDetail> EndOfAsync(RealDpu dpu, string sequence, string status)
    {
        var job = await dpu.SubmitAsync("run", sequence);
        (await dpu.EndOfAsync(job)).Status.ShouldBe(status);
        return await dpu.Client.GetJobAsync(job, tasks: true, CancellationToken.None);
    }
}
