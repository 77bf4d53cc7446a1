using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class FilesCommand : DpuCommand
{
    private readonly Argument<string[]> _query = new("QUERY")
    {
        Description = "Which files: key=value of their metadata or of type, id, name, path, job, step, committed (? and * match), key=(a|b), key=from..to, != < <= > >=, or a part of the "
            + "name; joined by blanks (and), or, not, parentheses. Without one, all",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _json = JsonOption("One JSON array of files, as of 'results --json'");

    public FilesCommand()
        : base("files", "The catalog", "dpu files", "dpu files type=bias chip='ccd5?'", "dpu files 'object=M 31' committed=true",
            "dpu files 'visit=903332..903346 filter=(HSC-R|HSC-I) exptime>=30'", "dpu files '(type=bias or type=dark) and not chip=ccd5?'", "dpu files --json | jq -r .[].path")
    {
        Add(_query);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var http = context.OpenClient(invocation.Dpu);
        var files = await http.FindFilesAsync(FileQueryArguments.Of(invocation.Get(_query) ?? []), CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(files, ApiJson.Readable.IReadOnlyListFileRecord);
        }
        else
        {
            FileTable.Write(files, context.Out);
        }

        return ExitCodes.Done;
    }
}
