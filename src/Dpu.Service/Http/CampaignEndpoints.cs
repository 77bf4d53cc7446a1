using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Hocon;
using Dpu.Service.Http.OpenApi;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Campaigns: their counts and their units.</summary>
internal sealed class CampaignEndpoints(ApiServices services)
{
    public async Task<IResult> ListAsync(HttpContext context)
    {
        await services.FreshenAsync(context.RequestAborted);
        var campaigns = await services.VisibleTo(context).Queue.ListCampaignsAsync(context.RequestAborted);
        return Paging.Page<CampaignInfo>(
            context,
            [.. campaigns.Select(row => new CampaignInfo(
                row.Name,
                row.Units,
                row.Jobs,
                row.ByStatus.ToDictionary(pair => ApiMapping.StatusOf(pair.Key), pair => pair.Value, StringComparer.Ordinal),
                ApiMapping.Counts(row.Counts),
                row.FirstAt,
                row.LastAt))],
            static campaign => campaign.Name,
            ApiJson.Default.IReadOnlyListCampaignInfo);
    }

    public async Task<IResult> UnitsAsync(HttpContext context)
    {
        var name = Endpoints.RouteText(context, "name");
        await services.FreshenAsync(context.RequestAborted);
        var visible = services.VisibleTo(context);
        var jobs = await visible.Queue.GetCampaignJobsAsync(name, context.RequestAborted);
        if (jobs.IsEmpty)
        {
            return await UnknownAsync(visible, name, context.RequestAborted);
        }

        var status = context.Request.Query["status"].ToString();
        if (status.Length > 0 && !KnownWords.Statuses.Contains(status, StringComparer.Ordinal))
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-status", $"No job is '{status}': a status is one of {string.Join(", ", KnownWords.Statuses)}.");
        }

        return Paging.Page<CampaignUnitInfo>(
            context,
            [.. jobs.Where(job => status.Length == 0 || ApiMapping.StatusOf(job.Status) == status).Select(job => new CampaignUnitInfo(
                job.Campaign.Request, job.Campaign.Unit, job.Campaign.Attempt, job.Job.Value, ApiMapping.StatusOf(job.Status), job.User, job.Sequence, job.EndedAt))],
            static unit => string.Create(CultureInfo.InvariantCulture, $"{unit.Request}/{unit.Unit}"),
            ApiJson.Default.IReadOnlyListCampaignUnitInfo);
    }

    private static async Task<ProblemResult> UnknownAsync(Visible visible, string name, CancellationToken cancellationToken)
    {
        var known = await visible.Queue.ListCampaignsAsync(cancellationToken);
        var nearest = NearestName.Find(name, known.Select(campaign => campaign.Name));
        var hint = nearest is null ? "; 'dpu campaigns' lists those that have jobs" : $"; did you mean '{nearest}'?";
        return ProblemResult.Because(StatusCodes.Status404NotFound, "unknown-campaign", $"No job belongs to a campaign '{name}'{hint}");
    }
}
