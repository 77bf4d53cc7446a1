using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class IngestCommand : DpuCommand
{
    // Small enough that progress can be told and no request takes long, large enough that requests do not count.
    private const int FilesPerRequest = 32;

    private readonly Argument<string[]> _paths = new("PATH") { Description = "FITS files, or directories that are searched for them", Arity = ArgumentArity.OneOrMore };
    private readonly ContextOptions _belongs = new("the common one otherwise", "users otherwise");
    private readonly Option<bool> _json = JsonOption("One JSON object {\"registered\":[…],\"known\":[…],\"refused\":[…]}");

    public IngestCommand()
        : base(
            "ingest",
            "Registers raw frames in the catalog; doing it again changes nothing. Exit code 1 when a file was refused: the others are registered all the same",
            "dpu ingest night/*.fits",
            "dpu ingest /data/raw --project KIDS --privileges project    for members of the project",
            "dpu ingest /data/raw --json")
    {
        Add(_paths);
        foreach (var option in _belongs.All)
        {
            Add(option);
        }

        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var files = invocation.Get(_paths)!.SelectMany(FitsFiles.Under).Distinct().ToList();
        if (files.Count == 0)
        {
            throw new UsageException($"There is no FITS file under {string.Join(", ", invocation.Get(_paths)!)}.");
        }

        var (project, privileges) = (_belongs.Project(invocation), _belongs.Privileges(invocation));
        using var http = context.OpenClient(invocation.Dpu);
        var (registered, known, refused) = (new List<RegisteredFile>(), new List<KnownFile>(), new List<RefusedFile>());
        foreach (var some in files.Chunk(FilesPerRequest))
        {
            var result = await http.IngestAsync(new IngestRequest(some) { Project = project, Privileges = privileges }, CancellationToken.None);
            registered.AddRange(result.Registered);
            known.AddRange(result.Known);
            refused.AddRange(result.Refused);
        }

        Write(context, new IngestResult(registered, known, refused), invocation.Get(_json));
        return refused.Count == 0 ? ExitCodes.Done : ExitCodes.WorkFailed;
    }

    private static void Write(CliContext context, IngestResult result, bool json)
    {
        if (json)
        {
            context.WriteJson(result, ApiJson.Readable.IngestResult);
        }
        else
        {
            var table = new Table("TYPE", "ID", "PATH");
            foreach (var file in result.Registered)
            {
                table.Add(file.Type, file.Id, file.Path);
            }

            if (result.Registered.Count > 0)
            {
                table.WriteTo(context.Out);
            }
        }

        foreach (var file in result.Refused)
        {
            context.Say($"dpu: {file.Path}: {file.Reason}");
        }

        context.Say($"{result.Registered.Count} registered, {result.Known.Count} known before, {result.Refused.Count} refused.");
    }
}
