using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class ResultsCommand : DpuCommand
{
    private readonly Argument<string> _id = new("JOBID") { Description = "Which job" };
    private readonly Option<string?> _download = new("--download") { Description = "Copy the objects into this directory", HelpName = "DIR" };
    private readonly Option<bool> _json = JsonOption("One JSON array of files; with --download each has its copy as \"downloaded\"");

    public ResultsCommand()
        : base("results", "The objects that a job made", "dpu results 84820", "dpu results 84820 --download out/", "dpu results 84820 --json | jq -r .[].path")
    {
        Add(_id);
        Add(_download);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var id = Values.JobId(invocation.Get(_id)!);
        var directory = Values.NotEmpty("--download", invocation.Get(_download));
        using var http = context.OpenClient(invocation.Dpu);
        var files = await http.GetResultsAsync(id, CancellationToken.None);
        if (directory is not null)
        {
            return await DownloadAsync(invocation, new Download(http, directory), files);
        }

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

    private async Task<int> DownloadAsync(Invocation invocation, Download download, IReadOnlyList<FileRecord> files)
    {
        var (context, json) = (invocation.Context, invocation.Get(_json));
        download.Prepare();
        using var interrupt = context.CatchInterrupt();
        var copies = new List<DownloadedFile>();
        foreach (var file in files)
        {
            var copy = await download.GetAsync(file, interrupt.Token);
            copies.Add(DownloadedFile.Of(file, copy));
            if (!json)
            {
                context.Out.WriteLine(context.OutIsTerminal ? Visible.Text(copy) : copy);
            }
        }

        if (json)
        {
            context.WriteJson(copies, CliJson.Readable.IReadOnlyListDownloadedFile);
        }

        return ExitCodes.Done;
    }
}
