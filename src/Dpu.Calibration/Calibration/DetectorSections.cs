using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>Which part of a raw frame saw light (TRIMSEC, else DATASEC, else everything) and which is overscan (BIASSEC).</summary>
internal sealed record DetectorSections(Section Data, Section? Overscan)
{
    public static DetectorSections Of(FitsHeader header, int width, int height) => new(
        Section.Read(header, "TRIMSEC", width, height) ?? Section.Read(header, "DATASEC", width, height) ?? new Section(0, 0, width, height),
        Section.Read(header, "BIASSEC", width, height));
}
