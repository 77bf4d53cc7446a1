namespace Dpu.Client.Contracts;

/// <summary>What was done in a time, as the caller sees it.</summary>
/// <param name="From">Its begin.</param>
/// <param name="To">Its end, exclusively.</param>
/// <param name="Bucket"><c>hour</c>, <c>day</c> or <c>week</c>.</param>
/// <param name="Buckets">Every hour, day or week of it, in order; those without work as well.</param>
/// <param name="Users">Whose work it was, the most of it first.</param>
/// <param name="Causes">Why attempts did not end normally, the most frequent first: of jobs that the caller may look into.</param>
/// <param name="Waits">How long jobs waited for their first task, by rising time.</param>
/// <param name="Estimates">How good the estimates were of the last jobs that finished in that time: of jobs that the caller may look into.</param>
public sealed record StatisticsReport(
    DateTimeOffset From,
    DateTimeOffset To,
    string Bucket,
    IReadOnlyList<WorkBucket> Buckets,
    IReadOnlyList<UserShare> Users,
    IReadOnlyList<CauseCount> Causes,
    IReadOnlyList<WaitClass> Waits,
    IReadOnlyList<EstimateQuality> Estimates);

/// <summary>An hour, a day or a week.</summary>
/// <param name="Begin">Its begin.</param>
/// <param name="JobsSubmitted">Jobs that were submitted.</param>
/// <param name="JobsStarted">Jobs whose first task started.</param>
/// <param name="JobsFinished">Jobs that ended FINISHED; a job that was tried again ends more than once.</param>
/// <param name="JobsFailed">Jobs that ended FAILED.</param>
/// <param name="JobsCancelled">Jobs that ended CANCELLED.</param>
/// <param name="MeanWaitSeconds">How long those that started had waited; null when none did.</param>
/// <param name="Started">Attempts that were given to nodes.</param>
/// <param name="Normal">Attempts that ended normally.</param>
/// <param name="Failed">Attempts that failed, tried again or not; cancelled ones, too.</param>
/// <param name="Lost">Attempts that were lost with their node.</param>
/// <param name="WallSeconds">How long the attempts that ended had run, all together.</param>
/// <param name="CpuSeconds">The time of processors that they took.</param>
public sealed record WorkBucket(
    DateTimeOffset Begin,
    long JobsSubmitted,
    long JobsStarted,
    long JobsFinished,
    long JobsFailed,
    long JobsCancelled,
    double? MeanWaitSeconds,
    long Started,
    long Normal,
    long Failed,
    long Lost,
    double WallSeconds,
    double CpuSeconds);

/// <summary>What one user's jobs did.</summary>
/// <param name="User">Whose.</param>
/// <param name="JobsSubmitted">Jobs that he submitted.</param>
/// <param name="Attempts">Attempts that ended.</param>
/// <param name="WallSeconds">How long they had run, all together.</param>
/// <param name="CpuSeconds">The time of processors that they took.</param>
/// <param name="Share">His part of the running time of all that the caller sees, 0 to 1.</param>
public sealed record UserShare(string User, long JobsSubmitted, long Attempts, double WallSeconds, double CpuSeconds, double Share);

/// <summary>How many attempts did not end normally for one reason.</summary>
/// <param name="Cause">As in an attempt's <c>cause</c>.</param>
/// <param name="Attempts">How many.</param>
public sealed record CauseCount(string Cause, long Attempts);

/// <summary>How many jobs waited so long.</summary>
/// <param name="UpToSeconds">At most so long, and longer than the class before; null for those that waited longer than all classes.</param>
/// <param name="Jobs">How many.</param>
public sealed record WaitClass(double? UpToSeconds, long Jobs);
