using System.Globalization;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Dpu.Simulated;

/// <summary>A simulation that finds nothing may be one that sees nothing: bugs that are put into the world on purpose are found.</summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(nameof(PlantedBug.AcknowledgesBeforeCommit), 60)]
    [InlineData(nameof(PlantedBug.KeeperIgnoresLease), 60)]
    [InlineData(nameof(PlantedBug.LostAtFence), 300)]
    [InlineData(nameof(PlantedBug.TakesReportsOfOthers), 60)]
    [InlineData(nameof(PlantedBug.ForgetsLines), 300)]
    public void A_planted_bug_is_found(string name, int seeds)
    {
        var report = Seeds.Run(1, seeds, TimeSpan.Zero, Enum.Parse<PlantedBug>(name), replays: false);

        var line = string.Create(CultureInfo.InvariantCulture, $"{name}: found in {report.Failures.Count} of {report.Count} seeds");
        output.WriteLine(line);
        Console.WriteLine(line);
        report.Failures.ShouldNotBeEmpty();
    }
}
