using System.Globalization;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Dpu.Simulated;

/// <summary>A simulation that finds nothing may be one that sees nothing: bugs that are put into the world on purpose are found.</summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const int Seeds = 60;

    [Theory]
    [InlineData(nameof(PlantedBug.AcknowledgesBeforeCommit))]
    [InlineData(nameof(PlantedBug.KeeperIgnoresLease))]
    [InlineData(nameof(PlantedBug.LostAtFence))]
    [InlineData(nameof(PlantedBug.TakesReportsOfOthers))]
    [InlineData(nameof(PlantedBug.ForgetsLines))]
    public void A_planted_bug_is_found(string name)
    {
        var report = Dpu.Simulated.Seeds.Run(1, Seeds, TimeSpan.Zero, Enum.Parse<PlantedBug>(name), replays: false);

        var line = string.Create(CultureInfo.InvariantCulture, $"{name}: found in {report.Failures.Count} of {report.Count} seeds");
        output.WriteLine(line);
        Console.WriteLine(line);
        report.Failures.ShouldNotBeEmpty();
    }
}
