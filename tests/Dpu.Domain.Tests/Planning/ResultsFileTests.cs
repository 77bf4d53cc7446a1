using System.Collections.Immutable;
using System.Text.Json;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Planning;

public sealed class ResultsFileTests
{
    [Fact]
    public void The_contract_s_example_is_read()
    {
        var outputs = Listed("""
            { "outputs": [ {"name": "reduced", "path": "WFI_12_0_1.fits", "type": "reduced",
                 "metadata": {"instrument":"WFI","exptime":60.0,"stacked":true,"fwhm":null},
                 "derivedFrom": ["raw-1", "9.0.1.bias"]} ,
                 {"name": "reduced.quicklook", "path": "pictures/a b,c.png", "type": "quicklook", "metadata": {}, "derivedFrom": []} ] }
            """);

        outputs.Length.ShouldBe(2);
        outputs[0].Name.ShouldBe("reduced");
        outputs[0].Path.ShouldBe("WFI_12_0_1.fits");
        outputs[0].Type.ShouldBe("reduced");
        outputs[0].Metadata.ShouldBe(new Dictionary<string, MetadataValue>
        {
            ["exptime"] = MetadataValue.Of(60.0),
            ["instrument"] = MetadataValue.Of("WFI"),
            ["stacked"] = MetadataValue.Of(true),
        });
        outputs[0].DerivedFrom.ShouldBe(["raw-1", "9.0.1.bias"]);
        outputs[1].Path.ShouldBe("pictures/a b,c.png");
    }

    [Fact]
    public void Metadata_and_provenance_may_be_left_out()
    {
        var output = Listed("""{"outputs": [{"name": "a", "path": "a", "type": "t"}]}""").ShouldHaveSingleItem();

        output.Metadata.ShouldBeEmpty();
        output.DerivedFrom.ShouldBeEmpty();
    }

    [Fact]
    public void A_task_may_make_nothing() => Listed("""{"outputs": []}""").ShouldBeEmpty();

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../other/file.fits")]
    [InlineData("a/../../b.fits")]
    [InlineData("..")]
    [InlineData("./a.fits")]
    [InlineData("a//b.fits")]
    [InlineData("a/")]
    [InlineData("a\\u0000.fits")]
    public void A_path_stays_in_the_work_directory(string path) =>
        Unusable($$"""{"outputs": [{"name": "a", "path": "{{path}}", "type": "t"}]}""").ShouldContain("outputs[0].path");

    [Theory]
    [InlineData("", "results.json is no JSON")]
    [InlineData("{", "results.json is no JSON")]
    [InlineData("[]", "results.json: 'outputs' must be a list")]
    [InlineData("{}", "results.json: 'outputs' must be a list")]
    [InlineData("""{"outputs": {}}""", "results.json: 'outputs' must be a list")]
    [InlineData("""{"outputs": [1]}""", "results.json: outputs[0] must be an object")]
    [InlineData("""{"outputs": [{"name": "a", "type": "t"}]}""", "results.json: outputs[0].path must be a text that is not empty")]
    [InlineData("""{"outputs": [{"path": "a", "name": "", "type": "t"}]}""", "results.json: outputs[0].name must be a text that is not empty")]
    [InlineData("""{"outputs": [{"path": "a", "name": "a", "type": 1}]}""", "results.json: outputs[0].type must be a text that is not empty")]
    [InlineData("""{"outputs": [{"path": "a", "name": "a", "type": "\ud800"}]}""", "results.json: outputs[0] holds a text with half a character")]
    [InlineData("""{"outputs": [{"path": "a", "name": "a", "type": "t", "metadata": 1}]}""", "results.json: outputs[0].metadata must be an object")]
    [InlineData("""{"outputs": [{"path": "a", "name": "a", "type": "t", "metadata": {"k": [1]}}]}""", "results.json: outputs[0].metadata.k must be a text, a finite number, true or false")]
    [InlineData("""{"outputs": [{"path": "a", "name": "a", "type": "t", "metadata": {"k": 1e999}}]}""", "results.json: outputs[0].metadata.k must be a text, a finite number, true or false")]
    [InlineData("""{"outputs": [{"path": "a", "name": "a", "type": "t", "metadata": {"\ud800": 1}}]}""", "results.json: outputs[0] holds a text with half a character")]
    [InlineData("""{"outputs": [{"path": "a", "name": "a", "type": "t", "derivedFrom": [1]}]}""", "results.json: outputs[0].derivedFrom must be a list of file ids")]
    [InlineData("""{"outputs": [{"path": "a", "name": "a", "type": "t"}, {"path": "b", "name": "a", "type": "t"}]}""", "results.json: two outputs have the name 'a'")]
    [InlineData("""{"outputs": [{"path": "a", "name": "a", "type": "t"}, {"path": "a", "name": "b", "type": "t"}]}""", "results.json: two outputs have the path 'a'")]
    public void What_cannot_be_used_is_told(string json, string reason) => Unusable(json).ShouldStartWith(reason);

    [Fact]
    public void Names_pass_unharmed() => Prop.ForAll(WickedText.Arbitrary, WickedText.Arbitrary, (a, b) =>
    {
        var (name, path) = ("n" + a, "p" + b.Replace("/", ""));
        var json = JsonSerializer.Serialize(new
        {
            outputs = new[] { new { name, path, type = name, metadata = new Dictionary<string, string> { [a] = b }, derivedFrom = new[] { a } } },
        });

        var output = Listed(json).ShouldHaveSingleItem();

        output.Name.ShouldBe(name);
        output.Path.ShouldBe(path);
        output.Type.ShouldBe(name);
        output.Metadata[a].ShouldBe(MetadataValue.Of(b));
        output.DerivedFrom.ShouldBe([a]);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    [Fact]
    public void Without_the_file_declared_patterns_find_the_outputs()
    {
        OutputRule[] rules = [new("reduced", "reduced", "*_reduced_*.fits", true), new("quicklook", "quicklook", "*.png", false), new("any", "other", "*.fits", false)];

        ResultsFile.FromPatterns(rules, ["b_reduced_10.fits", "b_reduced_9.fits", "x.png", "notes.txt", "z.fits"])
            .Select(output => $"{output.Name} {output.Type} {output.Path}").ShouldBe(
            [
                "reduced reduced b_reduced_9.fits",
                "reduced-2 reduced b_reduced_10.fits",
                "quicklook quicklook x.png",
                "any other z.fits",
            ]);
    }

    [Fact]
    public void Outputs_found_by_pattern_carry_their_task_s_keys() =>
        ResultsFile.FromPatterns([new OutputRule("a", "t", "*", true)], ["a.fits"], [new("chip", "8,6")]).ShouldHaveSingleItem()
            .Metadata.ShouldBe(new Dictionary<string, MetadataValue> { ["chip"] = MetadataValue.Of("8,6") });

    private static ImmutableArray<DeclaredOutput> Listed(string json) => ResultsFile.Parse(json) switch
    {
        ResultsReading.Listed { Outputs: var outputs } => outputs,
        ResultsReading.Unusable { Reason: var reason } => throw new ShouldAssertException(reason),
        _ => throw new InvalidOperationException("Results are listed or unusable."),
    };

    private static string Unusable(string json) => ResultsFile.Parse(json).ShouldBeOfType<ResultsReading.Unusable>().Reason;
}
