using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.System.Tests.Processes;
using Shouldly;
using Xunit;

namespace Dpu.System.Tests.Commands;

/// <summary>A DPU with the raw frames of a small camera, calibrated as far as science frames need it.</summary>
public sealed class SmallNight : IAsyncLifetime
{
    public const int Chips = 2;

    private readonly string[] _options;

    public SmallNight()
        : this(cpus: 2)
    {
    }

    internal SmallNight(int cpus) => _options = ["-D", $"dpu.node.cpus={cpus}", "-D", "dpu.task.kill-grace=1 s", "-D", "dpu.service.stop-grace=0 s"];

    public RealDpu Dpu { get; } = new();

    public async Task InitializeAsync()
    {
        await StartServiceAsync();
        var folder = Path.Combine(Dpu.Home, "night");
        (await Programs.SimulateAsync(folder, "--chips", $"{Chips}", "--width", "256", "--height", "256", "--stars", "150")).Exits(0);
        var ingested = await Dpu.Client.IngestAsync([folder], CancellationToken.None);
        ingested.Refused.ShouldBeEmpty();
        foreach (var recipe in new[] { "ReadNoise", "Bias", "HotPixels", "DomeFlat", "TwilightFlat", "MasterFlat" })
        {
            var ended = await Dpu.EndOfAsync(await SubmitAsync(recipe));
            (ended.Status, ended.Counts.ToString()).ShouldBe(("FINISHED", $"{Chips}/0/0/0/0"), recipe);
        }
    }

    public Task DisposeAsync() => Dpu.DisposeAsync();

    public Task StartServiceAsync() => Dpu.StartAsync(_options);

    /// <summary>Submits a sequence whose results later jobs may find.</summary>
    public async Task<int> SubmitAsync(string sequence) =>
        (await Dpu.Client.SubmitAsync(new JobSubmission(sequence, ["-i", "WFI", "-C"]), IdempotencyKey.Create(), CancellationToken.None)).JobId;
}
