using Dpu.Service.Telemetry;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Telemetry;

public sealed class PrometheusTextTests
{
    private static readonly Metric Lines = new("a_lines_total", MetricKind.Counter, "Lines \\ of\ntext.");

    [Fact]
    public void A_family_is_its_help_its_type_and_its_samples() =>
        PrometheusText.Of([new MetricFamily(Lines, [Sample.Of(2), Sample.Of(0.5, ("a", "x"), ("b", "y"))])]).ShouldBe(
            "# HELP a_lines_total Lines \\\\ of\\ntext.\n# TYPE a_lines_total counter\na_lines_total 2\na_lines_total{a=\"x\",b=\"y\"} 0.5\n");

    [Fact]
    public void What_stands_in_a_label_cannot_end_it() =>
        PrometheusText.Of([new MetricFamily(Lines, [Sample.Of(1, ("name", "a\"} 9\n\\ evil"))])])
            .ShouldEndWith("a_lines_total{name=\"a\\\"} 9\\n\\\\ evil\"} 1\n");

    [Fact]
    public void Large_and_small_numbers_keep_all_their_digits() =>
        PrometheusText.Of([new MetricFamily(Lines, [Sample.Of(9007199254740991), Sample.Of(double.PositiveInfinity), Sample.Of(1e-7)])])
            .ShouldEndWith("a_lines_total 9007199254740991\na_lines_total +Inf\na_lines_total 1E-07\n");

    [Fact]
    public void Buckets_of_a_histogram_count_up_and_bounds_belong_to_them()
    {
        var histogram = new Histogram(new("took_seconds", MetricKind.Histogram, "How long."), [0.1, 1]);
        foreach (var seconds in new[] { 0.1, 0.2, 1, 7 })
        {
            histogram.Observe(TimeSpan.FromSeconds(seconds));
        }

        PrometheusText.Of([histogram.Read()]).ShouldEndWith(
            """
            took_seconds_bucket{le="0.1"} 1
            took_seconds_bucket{le="1"} 3
            took_seconds_bucket{le="+Inf"} 4
            took_seconds_sum 8.3
            took_seconds_count 4

            """);
    }
}
