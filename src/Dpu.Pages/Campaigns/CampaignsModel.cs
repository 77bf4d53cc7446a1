using Dpu.Client.Contracts;

namespace Dpu.Pages.Campaigns;

/// <summary>Campaigns in figures.</summary>
/// <param name="Campaigns">The last one that something was submitted to first.</param>
/// <param name="Total">How many there are; the oldest are not listed.</param>
public sealed record CampaignsModel(IReadOnlyList<CampaignInfo> Campaigns, int Total);

/// <summary>A campaign with its units.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Info">Its figures; null when they are not known.</param>
/// <param name="Units">Some of its units, by rising number of the job.</param>
/// <param name="Status">Only units of this status; null for all.</param>
/// <param name="Next">Where the next page is; null at the end.</param>
public sealed record CampaignModel(string Name, CampaignInfo? Info, IReadOnlyList<CampaignUnitInfo> Units, string? Status, string? Next);
