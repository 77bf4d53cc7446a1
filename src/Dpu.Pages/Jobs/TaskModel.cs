using Dpu.Client.Contracts;

namespace Dpu.Pages.Jobs;

/// <summary>One task of a job.</summary>
/// <param name="Head">The job.</param>
/// <param name="Inside">The task, what it reads and what it made.</param>
public sealed record TaskModel(JobHead Head, TaskInside Inside);
