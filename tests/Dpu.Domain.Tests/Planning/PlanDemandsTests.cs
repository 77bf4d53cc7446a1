using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Dpu.Domain.Tests.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Planning;

/// <summary>What is refused although the plan itself is sound.</summary>
public sealed class PlanDemandsTests
{
    [Fact]
    public void A_tag_that_no_node_has_is_named_with_the_nearest_and_with_those_that_exist()
    {
        var plan = With(Given.Tasks(1), Placement.Anywhere with { Tags = ["gpu", "larg"] });

        PlanDemands.UnknownTags(plan, ["gpu", "large"]).ShouldHaveSingleItem().ShouldBe(new SubmissionError(
            "unknown-tag",
            "run runs only on nodes with the tag 'larg', which no configured node has; did you mean 'large'? There are: gpu, large (dpu.node.tags).",
            Suggestion: "large"));
        PlanDemands.UnknownTags(plan, []).Select(error => error.Message).ShouldContain(
            "run runs only on nodes with the tag 'gpu', which no configured node has. No node has any (dpu.node.tags).");
        PlanDemands.UnknownTags(plan, ["larg", "gpu"]).ShouldBeEmpty();
    }

    [Fact]
    public void A_job_without_a_campaign_cannot_name_it_anywhere()
    {
        var work = Given.Groups("Warp", [new InputRule("corr", [], "in/{unit}", "{name}", Unpack: false)], [new OutputRule("warp", "warp", "{campaign}.fits", Main: true) { Folder = "{request}" }], []);
        work = work with
        {
            Commands = [work.Commands[0] with
            {
                Arguments = [new ArgumentRule(["--unit={unit-attempt}", "{job}", "{{campaign}}"], null, null)],
                Lists = [new ListRule("files", "{unit}.list", "corr", ["{path}", "{campaign}"], " ")],
            }],
        };

        var errors = PlanDemands.CampaignNames(Of(work)).ToList();

        errors.ShouldAllBe(error => error.Code == "needs-campaign");
        errors.Select(error => error.Message).ShouldBe(new[]
        {
            "{unit-attempt} in '--unit={unit-attempt}'", "{unit} in '{unit}.list'", "{campaign} in '{campaign}'", "{unit} in 'in/{unit}'", "{campaign} in '{campaign}.fits'", "{request} in '{request}'",
        }.Select(what => $"Warp names {what}, and this job belongs to no campaign: submit it with --campaign NAME --unit TEXT."));
        PlanDemands.CampaignNames(Given.Tasks(2)).ShouldBeEmpty();
    }

    private static JobPlan Of(StepWork work) => new([], [new StepPlan("Warp", "Warp", 0, 1, Given.OneCpu, null, work)]);

    private static JobPlan With(JobPlan plan, Placement placement) =>
        plan with { Steps = [.. plan.Steps.Select(step => step with { Rules = step.Rules with { Placement = placement } })] };
}
