using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Recipes;

public sealed class OptionPropertyTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(150);

    [Fact]
    public void A_text_passes_unharmed_from_the_command_line() => Prop.ForAll(WickedText.Arbitrary, text =>
    {
        var step = SampleRecipes.Options("Reduce", "-i=WFI", "--template=" + text).Steps[0];

        step.Values["template"].Text.ShouldBe(text);
        JsonDocument.Parse(step.Parameters["template"]).RootElement.GetString().ShouldBe(text);
        step.Arguments.ShouldBe(text.Length == 0 ? ["--instrument", "WFI"] : ["--instrument", "WFI", "--template", text]);
    }).Check(Many);

    [Fact]
    public void A_text_passes_unharmed_from_a_program() => Prop.ForAll(WickedText.Arbitrary, text =>
        SampleRecipes.JsonOptions("Reduce", JsonSerializer.Serialize(new Dictionary<string, object> { ["i"] = "WFI", ["tpl"] = text }))
            .Steps[0].Values["template"].Text.ShouldBe(text)).Check(Many);

    [Fact]
    public void A_list_keeps_its_elements() => Prop.ForAll(WickedText.Arbitrary, WickedText.Arbitrary, (a, b) =>
    {
        var typed = SampleRecipes.Options("Reduce", "-i=WFI", "--red_filenames=" + a, "red_filenames=" + b).Steps[0];
        var sent = SampleRecipes.JsonOptions("Reduce", JsonSerializer.Serialize(new Dictionary<string, object> { ["i"] = "WFI", ["red_filenames"] = new[] { a, b } })).Steps[0];

        typed.Values["red_filenames"].ShouldBe(sent.Values["red_filenames"]);
        JsonSerializer.Deserialize<string[]>(typed.Parameters["red_filenames"]).ShouldBe([a, b]);
        typed.Arguments.ShouldBe(["--instrument", "WFI", "--red_filenames", a, "--red_filenames", b]);
    }).Check(Many);

    [Fact]
    public void A_map_keeps_its_names_and_values() => Prop.ForAll(WickedText.Arbitrary, WickedText.Arbitrary, (name, value) =>
    {
        var json = JsonSerializer.Serialize(new Dictionary<string, string> { [name] = value });
        var step = SampleRecipes.Options("Reduce", "-i=WFI", "--pars=" + json).Steps[0];

        JsonSerializer.Deserialize<Dictionary<string, string>>(step.Parameters["pars"]).ShouldBe(new Dictionary<string, string> { [name] = value });
    }).Check(Many);

    [Fact]
    public void An_integer_keeps_its_digits() => Prop.ForAll(ArbMap.Default.ArbFor<long>(), number =>
        SampleRecipes.Options("Null", "-n", $"{number}").Steps[0].Parameters["count"].ShouldBe($"{number}")).Check(Many);
}
