using Dpu.Hocon;
using Dpu.Service.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Configuration;

public sealed class ConfigurationDiffTests
{
    [Theory]
    [InlineData("", "recipes.Mine { command = [mine] }", "+ recipe Mine")]
    [InlineData("recipes.Mine { command = [mine] }", "", "- recipe Mine")]
    [InlineData("", "pipelines.\"a, b\" { steps {} }", "+ pipeline a, b")]
    [InlineData("recipes.R.resources.memory = 2 GiB", "recipes.R.resources.memory = 4 GiB", "recipes.R.resources.memory: 2 GiB → 4 GiB")]
    [InlineData("recipes.R.command = [r]", "recipes { R { command = [r, -v], inputs { raw {} } } }", "recipes.R.command: [\"r\"] → [\"r\",\"-v\"]", "recipes.R.inputs.raw: nothing → {}")]
    [InlineData("scheduling.recipe-limits.Coadd = 4", "scheduling.recipe-limits.Coadd = 8", "scheduling.recipe-limits.Coadd: 4 → 8")]
    [InlineData("scheduling.recipe-limits {}", "scheduling.recipe-limits { \"8,6\" = 1 }", "scheduling.recipe-limits.\"8,6\": nothing → 1")]
    [InlineData("scheduling.recipe-limits { Coadd = 1 }", "scheduling.recipe-limits {}", "scheduling.recipe-limits.Coadd: 1 → nothing")]
    [InlineData("node.tags = []", "node.tags = [gpu]", "node.tags: [] → [\"gpu\"]")]
    [InlineData("cluster.shapes {}", "cluster.shapes { fat { cpus = 64, memory = 1 TiB } }", "cluster.shapes.fat.cpus: nothing → 64", "cluster.shapes.fat.memory: nothing → 1 TiB")]
    [InlineData("http.port = 8470", "http.port = 8471", "needs a restart: http.port: 8470 → 8471")]
    [InlineData("node.cpus = 1", "node.cpus = 2", "needs a restart: node.cpus: 1 → 2")]
    [InlineData("", "campaigns.KIDS { resubmit { times = 1 } }", "needs a restart: + campaign KIDS")]
    [InlineData("http.tls.key = \"\"", "http.tls.key = \"a\\nb\"", "needs a restart: http.tls.key: \"\" → \"a\\nb\"")]
    public void A_change_is_told_in_words(string from, string to, params string[] says) =>
        ConfigurationDiff.Between(Written(from), Written(to), LiveKeys.OfService).Select(change => change.Text).ShouldBe(says);

    [Theory]
    [InlineData("node { cpus = 2, tags = [a] }", "node { tags = [a], cpus = \"2\" }")]
    [InlineData("task.kill-grace = 1 s", "task { kill-grace = 1 s }")]
    public void Another_way_to_write_the_same_is_no_change(string from, string to) =>
        ConfigurationDiff.Between(Written(from), Written(to), LiveKeys.OfService).ShouldBeEmpty();

    [Fact]
    public void Keys_beside_dpu_are_no_settings() =>
        ConfigurationDiff.Between(Read("mine = 1"), Read("mine = 2"), LiveKeys.OfService).ShouldBeEmpty();

    [Fact]
    public void A_node_tells_of_its_tags_and_of_what_it_needs_a_restart_for_not_of_recipes() =>
        ConfigurationDiff.Between(
                Written("node { cpus = 1, tags = [] }\nrecipes {}"), Written("node { cpus = 2, tags = [gpu] }\nrecipes.R {}\nhttp.port = 1"), LiveKeys.OfNode)
            .Select(change => change.Text).ShouldBe(["needs a restart: node.cpus: 1 → 2", "node.tags: [] → [\"gpu\"]"]);

    private static HoconObject Written(string text) => Read($"dpu {{\n{text}\n}}");

    private static HoconObject Read(string text) => HoconConfig.Load([HoconSource.Text(text, "test")]);
}
