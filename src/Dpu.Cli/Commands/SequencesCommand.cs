using System.CommandLine;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class SequencesCommand : DpuCommand
{
    private readonly Option<bool> _json = JsonOption("One JSON array of {\"name\",\"description\",\"available\",\"reason\",\"packages\",\"thirdParty\",\"variantOf\",\"variants\"}");

    public SequencesCommand()
        : base("sequences", "What can be run", "dpu sequences", "dpu sequences --json | jq -r .[].name") => Add(_json);

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var http = context.OpenClient(invocation.Dpu);
        var sequences = await http.GetSequencesAsync(CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(sequences, ApiJson.Readable.IReadOnlyListSequenceInfo);
            return ExitCodes.Done;
        }

        var table = new Table("SEQUENCE", "DESCRIPTION");
        foreach (var sequence in sequences)
        {
            table.Add(sequence.Name, sequence.Description + WhyNot(sequence));
        }

        table.WriteTo(context.Out);
        return ExitCodes.Done;
    }

    /// <summary>A third party's long story is told to whoever wants to run it.</summary>
    private static string WhyNot(SequenceInfo sequence) => sequence switch
    {
        { Available: true } => "",
        { ThirdParty: true } => " (a third party's: 'dpu run' tells how a site adds it)",
        _ => $" (not available: {sequence.Reason})",
    };
}
