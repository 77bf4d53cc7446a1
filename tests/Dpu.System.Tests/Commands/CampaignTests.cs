using Shouldly;
using Xunit;

namespace Dpu.System.Tests.Commands;

/// <summary>Campaigns with the real program: places of jobs, one job a line, counts.</summary>
public sealed class CampaignTests
{
    private const string Recipes = """
        dpu.recipes.Echo {
          command = [/bin/echo]
          options { text { short = t, type = string, default = "" } }
        }
        dpu.recipes.Fail {
          command = [/bin/false]
          retry { recipe = 1 }
        }
        """;

    [Fact]
    public async Task A_file_of_units_becomes_one_job_a_line_whatever_the_lines_hold()
    {
        await using var dpu = await StartAsync();
        string[] units = ["8,6", "two words", "it's \"quoted\""];

        var run = (await dpu.RunWithInputAsync(string.Join('\n', units), "run", "Echo", "-t", "{}", "--each", "-", "--campaign", "KIDS, 1")).Exits(0);
        var jobs = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToList();
        jobs.Count.ShouldBe(3);
        foreach (var job in jobs)
        {
            (await dpu.EndOfAsync(job)).Status.ShouldBe("FINISHED");
        }

        var campaign = (await dpu.RunAsync("campaigns", "--json")).Exits(0).Json.EnumerateArray().ShouldHaveSingleItem();
        campaign.GetProperty("name").GetString().ShouldBe("KIDS, 1");
        campaign.GetProperty("units").GetInt32().ShouldBe(3);
        campaign.GetProperty("counts").GetProperty("N").GetInt32().ShouldBe(3);
        campaign.GetProperty("byStatus").GetProperty("FINISHED").GetInt32().ShouldBe(3);
        (await dpu.RunAsync("campaigns", "KIDS, 1", "--json")).Exits(0).Json.EnumerateArray().Select(unit => unit.GetProperty("unit").GetString()).ShouldBe(units);
        (await dpu.RunAsync("logs", $"{jobs[0]}")).Exits(0).Out.ShouldContain("--text 8,6");
    }

    [Fact]
    public async Task The_same_unit_again_is_its_next_attempt()
    {
        await using var dpu = await StartAsync();

        await dpu.RunAsync("run", "Fail", "--campaign", "KIDS", "--unit", "tile", "--wait");
        (await dpu.RunAsync("run", "Echo", "--campaign", "KIDS", "--unit", "tile", "--wait")).Exits(0);
        (await dpu.RunAsync("run", "Echo", "--campaign", "KIDS", "--unit", "tile", "--request", "2", "--wait")).Exits(0);

        (await dpu.RunAsync("campaigns", "KIDS", "--json")).Exits(0).Json.EnumerateArray()
            .Select(unit => (unit.GetProperty("request").GetInt32(), unit.GetProperty("attempt").GetInt32(), unit.GetProperty("status").GetString()))
            .ShouldBe([(1, 2, "FINISHED"), (2, 1, "FINISHED")]);
        (await dpu.RunAsync("campaigns")).Exits(0).Out.ShouldContain("2 FINISHED");
    }

    [Theory]
    [InlineData("name it with --campaign", "run", "Echo", "--unit", "x")]
    [InlineData("holds {}", "run", "Echo", "--each", "-")]
    [InlineData("are for one", "run", "Echo", "-t", "{}", "--each", "-", "--wait")]
    [InlineData("did you mean 'KIDS'?", "campaigns", "KIDSS")]
    [InlineData("did you mean 'Echo'?", "run", "Eco", "-t", "{}", "--each", "-")]
    public async Task A_wrong_command_says_what_would_be_right(string sentence, params string[] arguments)
    {
        await using var dpu = await StartAsync();
        (await dpu.RunAsync("run", "Echo", "--campaign", "KIDS")).Exits(0);

        (await dpu.RunWithInputAsync("line", arguments)).Exits(2).Error.ShouldContain(sentence);
    }

    private static async Task<RealDpu> StartAsync()
    {
        var dpu = new RealDpu();
        await dpu.StartAsync("--config", dpu.NewFile("site.conf", Recipes));
        return dpu;
    }
}
