using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Domain.Templates;
using Dpu.Hocon;

namespace Dpu.Domain.Planning;

/// <summary>What a plan demands that is known to be missing before anything runs.</summary>
public static class PlanDemands
{
    /// <summary>Tags that no node has, of those that are configured: such a task would wait for ever.</summary>
    /// <param name="plan">What is to run.</param>
    /// <param name="known">All tags that nodes have.</param>
    public static IEnumerable<SubmissionError> UnknownTags(JobPlan plan, ImmutableArray<string> known) =>
        from step in plan.Steps
        from tag in step.Rules.Placement.Tags
        where !known.Contains(tag, StringComparer.Ordinal)
        let nearest = NearestName.Find(tag, known)
        select new SubmissionError(
            SubmissionErrors.UnknownTag,
            $"{step.Name} runs only on nodes with the tag '{tag}', which no configured node has{(nearest is null ? "." : $"; did you mean '{nearest}'?")} {Existing(known)}",
            Suggestion: nearest);

    /// <summary>Names of a campaign in templates of a job that belongs to none: every task would fail.</summary>
    public static IEnumerable<SubmissionError> CampaignNames(JobPlan plan) =>
        from step in plan.Steps
        from template in TemplatesOf(step.Work).Distinct(StringComparer.Ordinal)
        let name = Template.Parse(template).Names.FirstOrDefault(name => TaskNames.OfCampaign.Contains(name, StringComparer.Ordinal))
        where name is not null
        select new SubmissionError(
            SubmissionErrors.NeedsCampaign, $"{step.Name} names {{{name}}} in '{template}', and this job belongs to no campaign: submit it with --campaign NAME --unit TEXT.");

    private static string Existing(ImmutableArray<string> known) =>
        known.IsEmpty ? "No node has any (dpu.node.tags)." : $"There are: {string.Join(", ", known)} (dpu.node.tags).";

    private static IEnumerable<string> TemplatesOf(StepWork work) => work is not StepWork.Groups groups
        ? []
        :
        [
            .. groups.Commands.SelectMany(command => command.Arguments).SelectMany(rule => rule.Words),
            .. groups.Commands.SelectMany(command => command.Lists).SelectMany(list => list.Columns.Prepend(list.FileName)),
            .. groups.Inputs.SelectMany(input => new[] { input.Folder, input.Rename }).OfType<string>(),
            .. groups.Outputs.SelectMany(output => new[] { output.Pattern, output.Folder }).OfType<string>(),
        ];
}
