namespace Dpu.Calibration.Contract;

/// <summary>A file that the runtime gives to the task.</summary>
/// <param name="Id">Its id in the catalog, for provenance.</param>
/// <param name="Path">Absolute path.</param>
/// <param name="Type">Its type in the catalog, such as <c>raw-bias</c>.</param>
/// <param name="Metadata">What the catalog knows of it.</param>
internal sealed record TaskInput(string Id, string Path, string Type, Metadata Metadata)
{
    public string FileName => System.IO.Path.GetFileName(Path);
}
