using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dpu.Service.Telemetry;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Telemetry;

/// <summary>A dashboard and alert rules that name a figure which there is not show nothing, and wake nobody.</summary>
public sealed partial class DashboardTests
{
    [Fact]
    public void Every_figure_of_the_dashboard_exists()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Of("dpu-dashboard.json")));
        var expressions = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!)
            .ToList();
        expressions.Count.ShouldBeGreaterThan(15);
        expressions.SelectMany(Named).Distinct().Where(name => !Exists(name)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_figure_of_the_alert_rules_exists()
    {
        var expressions = File.ReadLines(Of("dpu-alerts.yml")).Select(line => line.Trim()).Where(line => line.StartsWith("expr:", StringComparison.Ordinal)).ToList();
        expressions.Count.ShouldBeGreaterThan(8);
        expressions.SelectMany(Named).Distinct().Where(name => !Exists(name)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("dpu_nodes", true)]
    [InlineData("dpu_journal_append_seconds_bucket", true)]
    [InlineData("dpu_nodes_bucket", false)]
    [InlineData("dpu_node", false)]
    public void Parts_of_histograms_exist_and_of_nothing_else(string name, bool exists) => Exists(name).ShouldBe(exists);

    [Fact]
    public void Counters_end_in_total_and_nothing_else_does() =>
        Metrics.All.Values.Where(metric => metric.Kind == MetricKind.Counter != metric.Name.EndsWith("_total", StringComparison.Ordinal)).ShouldBeEmpty();

    private static bool Exists(string name) =>
        Metrics.All.ContainsKey(name) || (Metrics.All.TryGetValue(Part().Replace(name, ""), out var whole) && whole.Kind == MetricKind.Histogram);

    private static IEnumerable<string> Named(string expression) => Name().Matches(expression).Select(match => match.Value);

    private static string Of(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "ops", "monitoring", name);

    [GeneratedRegex("\\b(dpu|process|dotnet)_[a-z_]+")]
    private static partial Regex Name();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Part();
}
