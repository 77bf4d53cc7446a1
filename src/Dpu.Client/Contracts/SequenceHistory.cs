namespace Dpu.Client.Contracts;

/// <summary>What a sequence took before.</summary>
/// <param name="Sequence">As it is shown.</param>
/// <param name="Runs">Its last finished jobs with released code, the newest first.</param>
/// <param name="Programs">What is known of tasks of its recipes, in their order; a recipe of which too little is known is left out.</param>
public sealed record SequenceHistory(string Sequence, IReadOnlyList<PastRun> Runs, IReadOnlyList<ProgramFigures> Programs);

/// <summary>A job that ended FINISHED.</summary>
/// <param name="Seconds">From the start of its first task to the end of its last one.</param>
/// <param name="EstimatedSeconds">What was expected of that when it was submitted.</param>
/// <param name="Tasks">How many tasks it had.</param>
public sealed record PastRun(int JobId, string User, DateTimeOffset Submitted, DateTimeOffset Ended, double Seconds, double EstimatedSeconds, int Tasks);

/// <summary>What the last tasks of a recipe took that ended normally.</summary>
/// <param name="Program">The recipe; where several run in one task, all of them.</param>
/// <param name="Samples">How many tasks these are.</param>
/// <param name="SecondsHalf">Half of them took at most this.</param>
/// <param name="SecondsNineTenths">Nine of ten took at most this.</param>
/// <param name="SecondsMost">99 of 100 took at most this.</param>
/// <param name="MaxRssBytesHalf">Half of them held at most so much memory at once.</param>
/// <param name="MaxRssBytesMost">99 of 100 held at most so much.</param>
/// <param name="Estimates">How good estimates of it were; null before the first one that can be judged.</param>
public sealed record ProgramFigures(
    string Program, int Samples, double SecondsHalf, double SecondsNineTenths, double SecondsMost, long MaxRssBytesHalf, long MaxRssBytesMost, EstimateQuality? Estimates);
