using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Dpu.Pages.Rendering;

namespace Dpu.Pages.Campaigns;

/// <summary>Many jobs that belong together.</summary>
internal static class CampaignVisits
{
    private const int CampaignsShown = 200;
    private const int UnitsOfAPage = 300;

    public static string AddressOf(string campaign) => "/campaigns/" + Uri.EscapeDataString(campaign);

    public static async Task<PageAnswer> ListAsync(Visit visit)
    {
        var all = await visit.Api.GetAsync("/campaigns", ApiJson.Default.IReadOnlyListCampaignInfo);
        return PageAnswer.Of<CampaignsPage>(new CampaignsModel([.. all.OrderByDescending(campaign => campaign.LastSubmitted).Take(CampaignsShown)], all.Count));
    }

    public static async Task<PageAnswer> ShowAsync(Visit visit)
    {
        var (name, status, after) = (visit.RouteText("name").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase), visit.QueryText("status"), visit.QueryText("after"));
        var address = new Query($"/campaigns/{Uri.EscapeDataString(name)}/units").With("status", status).With("after", after).With("limit", UnitsOfAPage).ToString();
        var units = await visit.Api.TryGetAsync(address, ApiJson.Default.IReadOnlyListCampaignUnitInfo);
        var all = await visit.Api.TryGetAsync("/campaigns", ApiJson.Default.IReadOnlyListCampaignInfo);
        var list = units.Require();
        var next = units.Next is null ? null : new Query(AddressOf(name)).With("status", status).With("after", $"{list[^1].Request}/{list[^1].Unit}").ToString();
        return PageAnswer.Of<CampaignPage>(new CampaignModel(name, all.Value?.FirstOrDefault(campaign => campaign.Name == name), list, status, next));
    }
}
