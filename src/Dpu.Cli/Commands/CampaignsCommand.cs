using System.CommandLine;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class CampaignsCommand : DpuCommand
{
    private readonly Argument<string?> _name = new("NAME") { Description = "A campaign, to see its units", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _json = JsonOption("One JSON array");

    public CampaignsCommand()
        : base(
            "campaigns",
            "Campaigns with their counts, or the units of one; of a unit that was submitted several times the last attempt counts",
            "dpu campaigns",
            "dpu campaigns KIDS",
            "dpu campaigns KIDS --json")
    {
        Add(_name);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var http = context.OpenClient(invocation.Dpu);
        var json = invocation.Get(_json);
        if (invocation.Get(_name) is { } name)
        {
            var units = await http.GetCampaignUnitsAsync(name, CancellationToken.None);
            Answer(context, json, () => context.WriteJson(units, ApiJson.Readable.IReadOnlyListCampaignUnitInfo), () => UnitTable(units, context));
        }
        else
        {
            var campaigns = await http.GetCampaignsAsync(CancellationToken.None);
            Answer(context, json, () => context.WriteJson(campaigns, ApiJson.Readable.IReadOnlyListCampaignInfo), () => CampaignTable(campaigns, context));
        }

        return ExitCodes.Done;
    }

    private static void Answer(CliContext context, bool json, Action writeJson, Func<Table> table)
    {
        if (json)
        {
            writeJson();
        }
        else
        {
            table().WriteTo(context.Out);
        }
    }

    private static Table CampaignTable(IReadOnlyList<CampaignInfo> campaigns, CliContext context)
    {
        var table = new Table("CAMPAIGN", "UNITS", "JOBS", "N/E/A/S/U", "UNITS BY STATUS", "LAST SUBMITTED").Right(1, 2);
        foreach (var campaign in campaigns)
        {
            table.Add(
                campaign.Name,
                Units.Number(campaign.Units),
                Units.Number(campaign.Jobs),
                campaign.Counts.ToString(),
                string.Join(", ", campaign.ByStatus.Select(pair => $"{Units.Number(pair.Value)} {pair.Key}")),
                Units.Time(campaign.LastSubmitted, context.Time.LocalTimeZone));
        }

        return table;
    }

    private static Table UnitTable(IReadOnlyList<CampaignUnitInfo> units, CliContext context)
    {
        var table = new Table("REQUEST", "UNIT", "ATTEMPT", "JOBID", "STATUS", "ENDED", "SEQUENCE").Right(0, 2, 3);
        foreach (var unit in units)
        {
            table.Add(
                Units.Number(unit.Request),
                unit.Unit,
                Units.Number(unit.Attempt),
                Units.Number(unit.JobId),
                unit.Status,
                unit.Ended is { } ended ? Units.Time(ended, context.Time.LocalTimeZone) : "",
                unit.Sequence);
        }

        return table;
    }
}
