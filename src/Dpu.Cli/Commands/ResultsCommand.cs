using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;
using Dpu.Hocon;

namespace Dpu.Cli.Commands;

internal sealed class ResultsCommand : DpuCommand
{
    private readonly Argument<string> _id = new("JOBID") { Description = "Which job" };
    private readonly Option<string?> _download = new("--download") { Description = "Copy the objects into this directory", HelpName = "DIR" };
    private readonly Option<string?> _format = new("--format") { Description = "With --download: the main objects as fits, votable (tables), npy (for NumPy) or png (a look)", HelpName = "F" };
    private readonly Option<bool> _json = JsonOption("One JSON array of files; with --download each has its copy as \"downloaded\"");

    public ResultsCommand()
        : base("results", "The objects that a job made", "dpu results 84820", "dpu results 84820 --download out/", "dpu results 84820 --download out/ --format npy", "dpu results 84820 --json | jq -r .[].path")
    {
        Add(_id);
        Add(_download);
        Add(_format);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var id = Values.JobId(invocation.Get(_id)!);
        var directory = Values.NotEmpty("--download", invocation.Get(_download));
        var format = Format(invocation.Get(_format), directory);
        using var http = context.OpenClient(invocation.Dpu);
        var files = await http.GetResultsAsync(id, CancellationToken.None);
        if (directory is not null)
        {
            // Quick-looks and the like are in the form that they are for.
            return await DownloadAsync(invocation, new Download(http, directory, format), format is null ? files : [.. files.Where(file => file.Main)]);
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

    private static string? Format(string? format, string? directory) => format switch
    {
        null => null,
        _ when directory is null => throw new UsageException("--format is for --download DIR."),
        _ when Download.Formats.Contains(format) => format,
        _ => throw new UsageException($"There is no format '{format}': it is one of {string.Join(", ", Download.Formats)}.{(NearestName.Find(format, Download.Formats) is { } near ? $" Did you mean '{near}'?" : "")}"),
    };

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
