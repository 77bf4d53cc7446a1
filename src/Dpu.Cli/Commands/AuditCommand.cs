using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

/// <summary>Who did what.</summary>
internal sealed class AuditCommand : DpuCommand
{
    private readonly Option<string?> _by = new("--by") { Description = "Only what this user did", HelpName = "USER" };
    private readonly Option<string?> _on = new("--on") { Description = "Only what was done to this, as 'job 12', 'user jane', 'token u0123abcd', 'node lce001'", HelpName = "THING" };
    private readonly Option<string?> _limit = new("--limit") { Description = "At most so many lines, the newest; 100 if not given", HelpName = "N" };
    private readonly Option<string?> _before = new("--before") { Description = "Only lines before this one: for the next page", HelpName = "ID" };
    private readonly Option<bool> _json = JsonOption("One JSON array of {\"id\",\"at\",\"by\",\"action\",\"thing\",\"owner\",\"detail\"}");

    public AuditCommand()
        : base(
            "audit",
            "Who did what, the newest first; if you are no operator, what you did and what was done to what is yours",
            "dpu audit",
            "dpu audit --by jane --limit 20",
            "dpu audit --on 'job 84820'")
    {
        Add(_by);
        Add(_on);
        Add(_limit);
        Add(_before);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var query = new AuditQuery(
            Values.NotEmpty("--by", invocation.Get(_by)),
            Values.NotEmpty("--on", invocation.Get(_on)),
            Values.WholeNumber("--before", invocation.Get(_before), 1),
            Values.WholeNumber("--limit", invocation.Get(_limit), 1));
        using var http = context.OpenClient(invocation.Dpu);
        var lines = await http.GetAuditAsync(query, CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(lines, ApiJson.Readable.IReadOnlyListAuditEntry);
            return ExitCodes.Done;
        }

        var table = new Table("ID", "TIME", "WHO", "DID", "TO", "OF", "DETAIL").Right(0);
        foreach (var line in lines)
        {
            table.Add(Units.Number(line.Id), Units.Time(line.At, context.Time.LocalTimeZone), line.By.Length == 0 ? "-" : line.By, line.Action, line.Thing, line.Owner ?? "", line.Detail ?? "");
        }

        table.WriteTo(context.Out);
        return ExitCodes.Done;
    }
}
