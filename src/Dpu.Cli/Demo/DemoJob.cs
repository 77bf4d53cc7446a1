namespace Dpu.Cli.Demo;

/// <summary>One job of the demonstration: what it runs, and whose results it needs in the catalog first.</summary>
internal sealed record DemoJob(string Sequence, params string[] Needs)
{
    /// <summary>From raw frames to a list of stars. What needs nothing of each other runs side by side.</summary>
    public static IReadOnlyList<DemoJob> All { get; } =
    [
        new("ReadNoise"),
        new("Bias"),
        new("HotPixels", "Bias"),
        new("DomeFlat", "Bias"),
        new("TwilightFlat", "Bias"),
        new("MasterFlat", "HotPixels", "DomeFlat", "TwilightFlat"),
        new("Reduce>Regrid>Coadd", "MasterFlat"),
        new("SourceList", "Reduce>Regrid>Coadd"),
    ];
}
