using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Service;

namespace Dpu.Cli.Commands;

internal sealed class DoctorCommand : DpuCommand
{
    private readonly HostingOptions _hosting = new();
    private readonly Option<bool> _json = JsonOption("One JSON array of {\"area\",\"ok\",\"message\",\"remedy\"}");

    public DoctorCommand()
        : base(
            "doctor",
            "Looks at configuration, port, disk, database and recipes' programs; says what is wrong and how to mend it. Exit code 1 when something is",
            "dpu doctor",
            "dpu doctor --config site.conf --data /data/dpu")
    {
        _hosting.AddTo(this);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var findings = await ExamineAsync(_hosting.Read(invocation));
        if (invocation.Get(_json))
        {
            context.WriteJson<IReadOnlyList<DoctorFinding>>(findings, CliJson.Readable.IReadOnlyListDoctorFinding);
        }
        else
        {
            Write(findings, context.Out);
        }

        return findings.All(finding => finding.Ok) ? ExitCodes.Done : ExitCodes.WorkFailed;
    }

    private static async Task<List<DoctorFinding>> ExamineAsync(ServeRequest request)
    {
        try
        {
            var findings = await Doctor.ExamineAsync(request, CancellationToken.None);
            return [.. findings.Select(finding => new DoctorFinding(finding.Area, finding.Ok, finding.Message, finding.Remedy))];
        }
        catch (StartupException e)
        {
            return [new DoctorFinding("configuration", false, e.Message, "Correct it and run dpu doctor again.")];
        }
    }

    private static void Write(List<DoctorFinding> findings, TextWriter writer)
    {
        foreach (var finding in findings)
        {
            writer.WriteLine($"{(finding.Ok ? "ok     " : "WRONG  ")}{finding.Area,-15}{Visible.Text(finding.Message)}");
            if (finding.Remedy is { Length: > 0 } remedy)
            {
                writer.WriteLine($"{"",22}{Visible.Text(remedy)}");
            }
        }
    }
}
