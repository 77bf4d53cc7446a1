namespace Dpu.Client.Contracts;

/// <summary>A campaign in figures; of a unit that was submitted several times the last attempt counts.</summary>
/// <param name="Units">Units of all its requests.</param>
/// <param name="Jobs">Jobs, all attempts.</param>
/// <param name="ByStatus">Units by the status of their last attempt.</param>
/// <param name="Counts">Tasks of the last attempts.</param>
public sealed record CampaignInfo(
    string Name,
    long Units,
    long Jobs,
    IReadOnlyDictionary<string, long> ByStatus,
    JobCounts Counts,
    DateTimeOffset FirstSubmitted,
    DateTimeOffset LastSubmitted);

/// <summary>The last attempt at a unit of a campaign.</summary>
/// <param name="Request">Number of the request, from 1.</param>
/// <param name="Attempt">How many times it was submitted.</param>
public sealed record CampaignUnitInfo(int Request, string Unit, int Attempt, int JobId, string Status, string User, string Sequence, DateTimeOffset? Ended);
