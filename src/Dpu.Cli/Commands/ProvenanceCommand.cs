using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class ProvenanceCommand : DpuCommand
{
    private readonly Argument<string> _file = new("FILE|ID") { Description = "A file's id, path or name" };
    private readonly Option<bool> _up = new("--up") { Description = "What it came from (this is the default)" };
    private readonly Option<bool> _down = new("--down") { Description = "What was made of it" };
    private readonly Option<bool> _json = JsonOption("One JSON object {\"file\":{…},\"edges\":[{\"from\",\"to\",\"relation\"}],\"files\":[…]}");

    public ProvenanceCommand()
        : base("provenance", "Where a file came from, or what was made of it", "dpu provenance store/coadd.fits", "dpu provenance raw-8d2c… --down --json")
    {
        Add(_file);
        Add(_up);
        Add(_down);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        if (invocation.Get(_up) && invocation.Get(_down))
        {
            throw new UsageException("--up and --down exclude each other.");
        }

        var context = invocation.Context;
        var file = Values.NotBlank(invocation.Get(_file)!, "file", "see 'dpu files'");
        using var http = context.OpenClient(invocation.Dpu);
        var id = await FindIdAsync(http, file, CancellationToken.None);
        var provenance = await http.GetProvenanceAsync(id, up: !invocation.Get(_down), CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(provenance, ApiJson.Readable.Provenance);
        }
        else
        {
            Write(provenance, context.Out);
        }

        return ExitCodes.Done;
    }

    /// <summary>A path or a name becomes the id of the file that bears it; anything else is taken for an id.</summary>
    private static async Task<string> FindIdAsync(DpuHttpClient http, string text, CancellationToken ct)
    {
        var isPath = text.Contains('/', StringComparison.Ordinal);
        if (!isPath && !text.Contains('.', StringComparison.Ordinal) && !File.Exists(text))
        {
            return text;
        }

        var full = Path.GetFullPath(text);
        var files = await http.FindFilesAsync(FileQueryArguments.Term($"name={Path.GetFileName(full)}"), ct);
        var found = files.Where(file => file.Path == full).ToList();
        if (found.Count == 0 && !isPath)
        {
            found = [.. files.Where(file => file.Name == text)];
        }

        return found switch
        {
            [var one] => one.Id,
            [] => isPath ? throw new UsageException($"The catalog has no file {full}.") : text,
            _ => throw new UsageException($"{found.Count} files are called {text}: give the path or the id of one, see 'dpu files'."),
        };
    }

    private static void Write(Provenance provenance, TextWriter writer)
    {
        var names = provenance.Files.Append(provenance.File).DistinctBy(file => file.Id).ToDictionary(file => file.Id, file => file.Path);
        writer.WriteLine(Visible.Text($"{provenance.File.Path} ({provenance.File.Type})"));
        foreach (var edge in provenance.Edges)
        {
            writer.WriteLine(Visible.Text($"{names.GetValueOrDefault(edge.From, edge.From)}  {edge.Relation}  {names.GetValueOrDefault(edge.To, edge.To)}"));
        }
    }
}
