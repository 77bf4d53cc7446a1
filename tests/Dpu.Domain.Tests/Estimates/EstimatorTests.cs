using System.Collections.Immutable;
using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;
using Dpu.Domain.Tests.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Estimates;

public sealed class EstimatorTests
{
    private const long Mebibyte = 1 << 20;

    [Theory]
    [InlineData(1, 1, 4, 1)]
    [InlineData(4, 1, 4, 1)]
    [InlineData(5, 1, 4, 2)]
    [InlineData(5, 2, 4, 3)]
    [InlineData(2, 8, 4, 2)]
    [InlineData(3, 0, 4, 1)]
    public void Rounds_fill_the_cpus(int tasks, int cpusEach, int cpus, int rounds) => Estimator.Rounds(tasks, cpusEach, cpus).ShouldBe(rounds);

    [Fact]
    public void Without_a_history_the_recipe_is_believed()
    {
        var plan = Plan(expected: 12.5, "WFI", "WFI", "WFI");

        var estimated = Estimator.Estimate(plan, new PlanKinds(plan), _ => null, cpus: 2);

        estimated.Steps.Single().ShouldBe(new StepEstimate(25, 12.5, 0, null));
        estimated.Seconds.ShouldBe(25);
        estimated.Plan.Steps[0].Rules.ExpectedSeconds.ShouldBe(12.5);
    }

    [Fact]
    public void With_one_each_task_is_believed_to_be_like_those_of_its_kind()
    {
        var plan = Plan(expected: 1000, "WFI", "WFI", "OmegaCAM");

        var estimated = Estimator.Estimate(plan, new PlanKinds(plan), kind => Figures(kind, kind.Instrument == "WFI" ? 3 : 6, samples: 20), cpus: 2);

        estimated.Steps.Single().ShouldBe(new StepEstimate(8, 4, 40, null));
        estimated.Plan.Steps[0].Rules.ExpectedSeconds.ShouldBe(4);
    }

    [Fact]
    public void Tasks_that_share_the_figures_of_a_wider_kind_count_its_samples_once()
    {
        var plan = Plan(expected: 1000, "WFI", "OmegaCAM");
        var all = new TaskKind("Reduce", IsRecipe: true, null, null);

        Estimator.Estimate(plan, new PlanKinds(plan), _ => Figures(all, 3, samples: 20), cpus: 2).Steps.Single().Samples.ShouldBe(20);
    }

    /// <summary>99 of 100 held so much; × 1.25, in steps of 64 MiB up to 1 GiB, and whole GiB above.</summary>
    [Theory]
    [InlineData(100, 512, 128, 128L)]
    [InlineData(100, 511, 128, null)]
    [InlineData(100, 100, 128, null)]
    [InlineData(100, 99, 128, 128L)]
    [InlineData(100, 0, 128, null)]
    [InlineData(103, 512, 192, null)]
    [InlineData(0, 256, 64, 64L)]
    [InlineData(820, 2048, 2048, null)]
    [InlineData(3174, 65536, 4096, 4096L)]
    public void A_request_is_questioned_when_it_is_far_off(int held, long asked, long good, long? instead)
    {
        var figures = Figures(new TaskKind("x", IsRecipe: false, null, null), 1, 10) with { MaxRssBytes = new Quantiles(0, 0, held * Mebibyte) };

        MemoryAdvice.For(figures).ShouldBe(good * Mebibyte);
        MemoryAdvice.Instead(asked * Mebibyte, figures).ShouldBe(instead * Mebibyte);
    }

    [Fact]
    public void Quantiles_are_values_that_were_seen()
    {
        Quantiles.Of([7]).ShouldBe(new Quantiles(7, 7, 7));
        Quantiles.Of([2, 1]).ShouldBe(new Quantiles(1, 2, 2));
        Quantiles.Of([.. Enumerable.Range(1, 100).Reverse().Select(value => (double)value)]).ShouldBe(new Quantiles(50, 90, 99));
        Should.Throw<ArgumentOutOfRangeException>(() => Quantiles.Of([]));
    }

    [Fact]
    public void A_score_is_the_median_and_the_share_within_a_factor_of_two() =>
        EstimateScore.Of("Bias", [0.4, 0.5, 1, 2, 2.1]).ShouldBe(new EstimateScore("Bias", 5, 1, 0.6));

    private static JobPlan Plan(double expected, params string[] instruments) => new(
        [],
        [
            new StepPlan("Reduce", "Reduce", 0, instruments.Length, Given.OneCpu, null, Given.Groups("Reduce", [], [], [.. instruments.Select(Group)]))
            {
                Rules = StepRules.Usual with { ExpectedSeconds = expected },
            },
        ]);

    private static TaskGroup Group(string instrument) => new(
        ImmutableSortedDictionary<string, string>.Empty.Add("instrument", instrument), ImmutableSortedDictionary<string, ImmutableArray<int>>.Empty, []);

    private static TaskFigures Figures(TaskKind kind, double median, int samples) =>
        new(kind, samples, new Quantiles(median, median * 2, median * 3), new Quantiles(0, 0, 0));
}
