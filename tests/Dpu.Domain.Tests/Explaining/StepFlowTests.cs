using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Explaining;
using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Explaining;

public sealed class StepFlowTests
{
    [Fact]
    public void Steps_say_what_they_read_make_and_wait_for()
    {
        var plan = new JobPlan(
            [File("a", "raw"), File("b", "raw"), File("c", "bias")],
            [
                Step("Reduce", 0, [Output("weight", main: false), Output("reduced", main: true)], Task([0, 2], []), Task([1, 2], [])),
                Step("Check", 2, [], Task([], [])),
                Step("Coadd", 3, [Output("coadded", main: true)], Task([], [0, 1])),
            ]);
        var flows = StepFlow.Of(plan);
        flows[0].Inputs.ShouldBe([new FileFlow("bias", 1), new FileFlow("raw", 2)]);
        flows[0].Outputs.ShouldBe(["reduced", "weight"]);
        flows.Select(flow => flow.Before.ToArray()).ShouldBe([[], [], [0]]);
    }

    [Fact]
    public void A_command_has_none() =>
        StepFlow.Of(new JobPlan([], [new StepPlan("sh", null, 0, 1, default, null, new StepWork.Exec(["true"], null))])).Single().Outputs.ShouldBeEmpty();

    private static InputFile File(string id, string type) => new(id, $"/{id}.fits", type, ImmutableSortedDictionary<string, MetadataValue>.Empty);

    private static OutputRule Output(string type, bool main) => new(type, type, "*", main);

    private static StepPlan Step(string name, int first, ImmutableArray<OutputRule> outputs, params TaskGroup[] tasks) =>
        new(name, name, first, tasks.Length, default, null, new StepWork.Groups([], [], outputs, [.. tasks]));

    private static TaskGroup Task(ImmutableArray<int> files, ImmutableArray<int> upstream) => new(
        ImmutableSortedDictionary<string, string>.Empty, ImmutableSortedDictionary<string, ImmutableArray<int>>.Empty.Add("in", files), upstream);
}
