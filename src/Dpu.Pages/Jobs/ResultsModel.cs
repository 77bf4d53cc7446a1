using Dpu.Client.Contracts;

namespace Dpu.Pages.Jobs;

/// <summary>What a job made.</summary>
/// <param name="Head">The job.</param>
/// <param name="Files">By task.</param>
/// <param name="All">Whether what goes with main objects is listed, too.</param>
/// <param name="After">It begins behind this file; null for the first.</param>
/// <param name="Next">Where the next page is; null at the end.</param>
public sealed record ResultsModel(JobHead Head, IReadOnlyList<FileRecord> Files, bool All, string? After, string? Next);
