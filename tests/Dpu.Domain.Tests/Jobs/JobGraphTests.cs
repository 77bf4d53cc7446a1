using Dpu.Domain.Jobs;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Jobs;

public sealed class JobGraphTests
{
    [Fact]
    public void Each_edge_of_the_plan_is_there_once_in_both_directions()
    {
        var plans = (
                from size in Gen.Choose(1, 6)
                from upstream in Gen.SubListOf(Enumerable.Range(0, size)).ListOf()
                select Given.Steps([.. Enumerable.Range(0, size).Select(_ => Array.Empty<int>())], [.. upstream.Select(tasks => tasks.ToArray())]))
            .ToArbitrary();
        Prop.ForAll(plans, plan =>
        {
            var second = ((StepWork.Groups)plan.Steps[1].Work).Tasks;
            var edges = second.SelectMany((group, index) => group.Upstream.Select(from => (From: from, To: plan.Steps[1].First + index))).ToList();
            var graph = JobGraph.From(plan);

            graph.HasEdges.ShouldBe(edges.Count > 0);
            for (var task = 0; task < plan.TaskCount; task++)
            {
                graph.DependentsOf(task).ToArray().Order().ShouldBe(edges.Where(edge => edge.From == task).Select(edge => edge.To).Order());
                (graph.HasEdges ? graph.UpstreamCounts[task] : 0).ShouldBe(edges.Count(edge => edge.To == task));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    [Fact]
    public void Commands_depend_on_nothing() => JobGraph.From(Given.Tasks(3)).ShouldBeSameAs(JobGraph.None);
}
