using Dpu.Client.Contracts;

namespace Dpu.Pages.Jobs;

/// <summary>What a job's products were made of.</summary>
/// <param name="Head">The job.</param>
/// <param name="Graph">Its steps with what they read and make, by type.</param>
/// <param name="Products">Its first main products.</param>
/// <param name="HasMore">Whether there are more of them.</param>
public sealed record ProvenanceModel(JobHead Head, StepGraph Graph, IReadOnlyList<FileRecord> Products, bool HasMore);
