using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>Frames of the chips of a mosaic, sorted by exposure.</summary>
internal static class Exposures
{
    /// <summary>Those of one exposure have the metadata <c>exposure</c>, else EXPID, else DATE-OBS in common.</summary>
    public static IEnumerable<IReadOnlyList<TaskInput>> Group(IReadOnlyList<TaskInput> inputs) =>
        inputs.GroupBy(Of, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (IReadOnlyList<TaskInput>)[.. g.OrderBy(ChipOf, StringComparer.Ordinal)]);

    /// <summary>The frames of the exposure that a frame is of, itself among them.</summary>
    public static IReadOnlyList<TaskInput> OfSame(TaskInput frame, IReadOnlyList<TaskInput> mosaic)
    {
        var exposure = Of(frame);
        return [.. mosaic.Where(i => Of(i) == exposure).OrderBy(ChipOf, StringComparer.Ordinal)];
    }

    public static string ChipOf(TaskInput input)
    {
        var chip = input.Metadata.GetString("chip");
        return chip.Length > 0 ? chip : FitsReader.ReadPrimaryHeader(input.Path).GetString("CHIP", input.FileName);
    }

    /// <summary>A frame less the level of its overscan, where it has one.</summary>
    public static CorrectedFrame Open(TaskInput input, bool maskSaturated)
    {
        var (rows, header) = RawFile.Open(input);
        var (width, height) = (rows.Width, rows.Height);
        rows.Dispose();
        var method = DetectorSections.Of(header, width, height).HasOverscan ? OverscanMethod.Median : OverscanMethod.None;
        return CorrectedFrame.Open(input, method, null, maskSaturated);
    }

    private static string Of(TaskInput input)
    {
        var exposure = input.Metadata.GetString("exposure");
        if (exposure.Length > 0)
        {
            return exposure;
        }
        var header = FitsReader.ReadPrimaryHeader(input.Path);
        return header.GetString("EXPID", header.GetString("DATE-OBS", input.FileName));
    }
}
