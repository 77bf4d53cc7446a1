using System.Collections.Immutable;
using System.Text.Json;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Templates;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Planning;

public sealed class TaskDirectionsTests
{
    [Fact]
    public void They_are_what_the_contract_says()
    {
        var science = new InputFile("raw-1", "/archive/file.fits", "raw-science", Metadata(
            ("instrument", MetadataValue.Of("WFI")), ("filter", MetadataValue.Of("#842")), ("exptime", MetadataValue.Of(60.0)), ("dark", MetadataValue.Of(true))));
        var bias = new InputFile("9.0.1.bias", "9/bias.fits", "bias", Metadata());

        var json = Write(
            Keys(("chip", "ccd50")),
            Keys(("instrument", "\"WFI\""), ("chip", "\"\""), ("commit", "true"), ("pars", """{"X.Y":"3"}"""), ("template", "null")),
            Inputs(("science", [science]), ("bias", [bias]), ("hot", [])));

        JsonElement.DeepEquals(json, Parse("""
            {
              "attempt": "12/0/1", "recipe": "Reduce", "step": "Reduce-2", "keys": {"chip": "ccd50"},
              "parameters": {"chip": "", "commit": true, "instrument": "WFI", "pars": {"X.Y": "3"}, "template": null},
              "inputs": {
                "bias": [{"id": "9.0.1.bias", "path": "/store/9/bias.fits", "type": "bias", "metadata": {}}],
                "hot": [],
                "science": [{"id": "raw-1", "path": "/archive/file.fits", "type": "raw-science",
                             "metadata": {"dark": true, "exptime": 60, "filter": "#842", "instrument": "WFI"}}]
              }
            }
            """)).ShouldBeTrue(json.ToString());
    }

    [Fact]
    public void A_number_that_JSON_does_not_have_is_a_text()
    {
        var file = new InputFile("r", "/r", "raw", Metadata(("seeing", MetadataValue.Of(double.NaN))));

        Write(Keys(), Keys(), Inputs(("raw", [file]))).GetProperty("inputs").GetProperty("raw")[0].GetProperty("metadata").GetProperty("seeing").GetString()
            .ShouldBe("NaN");
    }

    [Fact]
    public void Names_pass_unharmed() => Prop.ForAll(WickedText.Arbitrary, WickedText.Arbitrary, (a, b) =>
    {
        var file = new InputFile(a, "/" + b, a, Metadata((a, MetadataValue.Of(b))));

        var json = Write(Keys((a, b)), Keys((a, JsonSerializer.Serialize(b))), Inputs((a, [file])));

        json.GetProperty("keys").GetProperty(a).GetString().ShouldBe(b);
        json.GetProperty("parameters").GetProperty(a).GetString().ShouldBe(b);
        var input = json.GetProperty("inputs").GetProperty(a)[0];
        input.GetProperty("id").GetString().ShouldBe(a);
        input.GetProperty("path").GetString().ShouldBe("/" + b);
        input.GetProperty("metadata").GetProperty(a).GetString().ShouldBe(b);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    private static JsonElement Write(
        ImmutableSortedDictionary<string, string> keys,
        ImmutableSortedDictionary<string, string> parameters,
        ImmutableSortedDictionary<string, ImmutableArray<InputFile>> inputs)
    {
        var command = new StepCommand("Reduce-2", "Reduce", ["reduce"], [], [], parameters);
        var work = new TaskWork.Directed("Reduce", keys, [command], inputs, []);
        var start = new TaskStart(new AttemptId(new JobId(12), 0, 1), "Reduce-2", new Resources(1, 0), null, [], work);
        return Parse(TaskOrders.For(start, work, new TaskPlace("here", "/work", "/store")).ShouldBeOfType<TaskOrders.Ready>().Commands.ShouldHaveSingleItem().Directions);
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static ImmutableSortedDictionary<string, string> Keys(params (string, string)[] pairs) => Sorted(pairs);

    private static ImmutableSortedDictionary<string, MetadataValue> Metadata(params (string, MetadataValue)[] pairs) => Sorted(pairs);

    private static ImmutableSortedDictionary<string, ImmutableArray<InputFile>> Inputs(params (string, ImmutableArray<InputFile>)[] pairs) => Sorted(pairs);

    private static ImmutableSortedDictionary<string, T> Sorted<T>((string Key, T Value)[] pairs) =>
        pairs.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
}
