using System.Collections.Immutable;
using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;

namespace Dpu.Journal.Views;

/// <summary>What a sequence took before.</summary>
/// <param name="Runs">Its last finished jobs, the newest first.</param>
/// <param name="Figures">What tasks of its programs took, in their order; a program of which too little is known is left out.</param>
/// <param name="Scores">How good estimates of these programs were.</param>
public sealed record SequenceRuns(ImmutableArray<SequenceRun> Runs, ImmutableArray<TaskFigures> Figures, ImmutableArray<EstimateScore> Scores);

/// <summary>A job that ran to its end.</summary>
/// <param name="Job">Which.</param>
/// <param name="User">Whose.</param>
/// <param name="SubmittedAt">When.</param>
/// <param name="StartedAt">When its first task started.</param>
/// <param name="EndedAt">When its last task ended.</param>
/// <param name="EstimatedSeconds">What was expected when it was submitted.</param>
/// <param name="Tasks">How many tasks it had.</param>
public sealed record SequenceRun(JobId Job, string User, DateTimeOffset SubmittedAt, DateTimeOffset StartedAt, DateTimeOffset EndedAt, double EstimatedSeconds, int Tasks);
