using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;
using Dpu.Domain.Tests.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Estimates;

public sealed class PlanKindsTests
{
    [Fact]
    public void Instrument_and_chip_are_the_keys_own_or_what_all_files_agree_on()
    {
        var files = ImmutableArray.Create(File("WFI", "ccd50"), File("WFI", "ccd51"), File("OmegaCAM", "ccd50"), File("", "ccd50"), File(null, null));
        var plan = Plan(files, Task(("chip", "ccd99"), 0), Task(null, 0), Task(null, 0, 1), Task(null, 0, 2), Task(null, 3), Task(null, 0, 4), Task(null));

        var kinds = new PlanKinds(plan);

        Enumerable.Range(0, 7).Select(task => (kinds.Of(task).Instrument, kinds.Of(task).Chip)).ShouldBe(
            [("WFI", "ccd99"), ("WFI", "ccd50"), ("WFI", null), (null, null), (null, null), ("WFI", "ccd50"), (null, null)]);
    }

    [Fact]
    public void A_task_without_files_of_its_own_is_of_what_the_tasks_before_it_agree_on()
    {
        var files = ImmutableArray.Create(File("WFI", "ccd50"), File("WFI", "ccd51"));
        var plan = Plan(files, Task(null, 0), Task(null, 1));
        var second = Given.Groups("Coadd", [], [], [After(0), After(0, 1)]);
        plan = plan with { Steps = plan.Steps.Add(new StepPlan("Coadd-2", "Coadd", 2, 2, Given.OneCpu, null, second)) };

        var kinds = new PlanKinds(plan);

        kinds.Of(2).ShouldBe(new TaskKind("Coadd", IsRecipe: true, "WFI", "ccd50"));
        kinds.Of(3).ShouldBe(new TaskKind("Coadd", IsRecipe: true, "WFI", null));
        kinds.OfStep(1).ShouldBe([(kinds.Of(2), 1), (kinds.Of(3), 1)]);
    }

    [Fact]
    public void All_lines_of_a_command_are_of_one_kind()
    {
        var kinds = new PlanKinds(Given.Tasks(1000));

        kinds.OfStep(0).ShouldBe([(new TaskKind("run", IsRecipe: false, null, null), 1000)]);
        kinds.Of(999).ShouldBeSameAs(kinds.Of(0));
        kinds.All.Count.ShouldBe(1);
    }

    [Fact]
    public void Wider_kinds_lose_the_chip_then_the_instrument()
    {
        var kind = new TaskKind("Bias", IsRecipe: true, "WFI", "ccd50");
        kind.Wider().ShouldBe([kind, kind with { Chip = null }, kind with { Chip = null, Instrument = null }]);
        (kind with { Chip = null, Instrument = null }).Wider().Count().ShouldBe(1);
    }

    private static JobPlan Plan(ImmutableArray<InputFile> files, params TaskGroup[] tasks) =>
        new(files, [new StepPlan("Reduce", "Reduce", 0, tasks.Length, Given.OneCpu, null, Given.Groups("Reduce", [], [], [.. tasks]))]);

    private static InputFile File(string? instrument, string? chip)
    {
        var metadata = ImmutableSortedDictionary<string, MetadataValue>.Empty;
        metadata = instrument is null ? metadata : metadata.Add("instrument", MetadataValue.Of(instrument));
        return new InputFile("id", "path", "raw", chip is null ? metadata : metadata.Add("chip", MetadataValue.Of(chip)));
    }

    private static TaskGroup Task((string Key, string Value)? key, params ImmutableArray<int> files) => new(
        key is { } known ? ImmutableSortedDictionary<string, string>.Empty.Add(known.Key, known.Value) : ImmutableSortedDictionary<string, string>.Empty,
        ImmutableSortedDictionary<string, ImmutableArray<int>>.Empty.Add("raw", files),
        []);

    private static TaskGroup After(params ImmutableArray<int> tasks) =>
        new(ImmutableSortedDictionary<string, string>.Empty, ImmutableSortedDictionary<string, ImmutableArray<int>>.Empty, tasks);
}
