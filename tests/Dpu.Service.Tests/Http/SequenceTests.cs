using Dpu.Hocon;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>What is told of recipes, and what the door makes of it. On a DPU of its own: where nodes of other hosts have joined, programs may be on those.</summary>
public sealed class SequenceTests(RunningDpu dpu) : IClassFixture<RunningDpu>
{
    [Fact]
    public async Task Sequences_tell_what_can_be_run_and_why_not()
    {
        var sequences = await dpu.Client.GetSequencesAsync(CancellationToken.None);
        // What dpu.sequences lists comes first, as it is written there; the rest by name.
        var file = HoconParser.ParseFile(Path.Combine(EffectiveConfiguration.BuiltInDirectory, "recipes", "sequences.conf"));
        string[] listed = [.. ((HoconArray)file.GetPath("dpu.sequences")!).Items.Select(name => ((HoconScalar)name).Text)];
        sequences.Select(sequence => sequence.Name).Take(listed.Length).ShouldBe(listed);
        sequences.Select(sequence => sequence.Name).Skip(listed.Length).ShouldBe(sequences.Select(sequence => sequence.Name).Skip(listed.Length).Order(StringComparer.Ordinal));
        sequences.Single(sequence => sequence.Name == "Copy").Available.ShouldBeTrue();
        var gone = sequences.Single(sequence => sequence.Name == "Gone");
        gone.Available.ShouldBeFalse();
        gone.Reason!.ShouldContain("no-such-program");
        var needy = sequences.Single(sequence => sequence.Name == "Copy:needy");
        (needy.Available, needy.VariantOf).ShouldBe((false, "Copy"));
        needy.Packages.ShouldBe(["needed-package"]);
        needy.Reason!.ShouldContain("Install the package needed-package");
        sequences.Single(sequence => sequence.Name == "Copy").Variants.ShouldBe(["Copy:needy"]);
        var other = sequences.Single(sequence => sequence.Name == "GalFit");
        (other.Available, other.ThirdParty).ShouldBe((false, true));
        other.Reason!.ShouldContain("dpu.recipes.GalFit.command");
    }

    [Theory]
    [InlineData("Copy:needy", "needed-package")]
    [InlineData("GalFit", "dpu.recipes.GalFit.command")]
    [InlineData("Gaussianize>GaAP", "dpu.recipes.Gaussianize.command")]
    public async Task What_is_known_but_not_installed_is_refused_with_how_to_get_it(string sequence, string how)
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/jobs"), $$"""{"sequence":"{{sequence}}"}""", Guid.NewGuid().ToString());
        (await answer.ProblemAsync(422, "recipe-unavailable")).Detail!.ShouldContain(how);
        using var options = await dpu.Visitor.GetAsync(dpu.At($"/sequences/{Uri.EscapeDataString(sequence)}/options"));
        (await options.JsonAsync()).GetProperty("steps").GetArrayLength().ShouldBe(sequence.Split('>').Length);
    }

    [Fact]
    public async Task Process_parameters_are_told_and_an_unknown_one_is_refused_at_the_door()
    {
        using var answer = await dpu.Visitor.GetAsync(dpu.At("/sequences/Knobs/options"));
        var step = (await answer.JsonAsync()).GetProperty("steps")[0];
        step.GetProperty("parameters").GetRawText().ShouldBe("""[{"name":"Knobs.process_params.TURN","default":"5","help":"how far"}]""");
        using var refused = await dpu.Owner.PostAsync(dpu.At("/jobs"), """{"sequence":"Knobs","options":{"p":{"Knobs.process_params.TURM":"7"}}}""", Guid.NewGuid().ToString());
        (await refused.ProblemAsync(422, "unknown-parameter")).Errors!.ShouldHaveSingleItem().Suggestion.ShouldBe("Knobs.process_params.TURN");
    }
}
