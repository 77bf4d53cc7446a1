using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Demo;

/// <summary>What the demonstration ends with.</summary>
internal sealed class DemoReport(TextWriter writer)
{
    public void WriteJobs(IReadOnlyDictionary<string, JobSummary> jobs)
    {
        writer.WriteLine();
        foreach (var job in DemoJob.All)
        {
            writer.WriteLine(jobs.TryGetValue(job.Sequence, out var summary)
                ? $"{StatusLine.Of(summary)}  {job.Sequence}"
                : $"{job.Sequence} was not run: it needs {string.Join(", ", job.Needs)}");
        }
    }

    /// <summary>One row a type: there are eight of most.</summary>
    public void WriteProducts(IReadOnlyList<FileRecord> products)
    {
        writer.WriteLine();
        var table = new Table("PRODUCT", "FILES", "SIZE", "THE LAST ONE").Right(1, 2);
        foreach (var type in products.GroupBy(file => $"{file.Type} {Path.GetExtension(file.Name).TrimStart('.')}"))
        {
            table.Add(type.Key, Units.Number(type.Count()), Units.Size(type.Sum(file => file.SizeBytes)), type.Last().Path);
        }

        table.WriteTo(writer);
    }

    public void WriteComparison(string comparison)
    {
        writer.WriteLine();
        writer.WriteLine("Compared with the truth behind the simulated frames:");
        writer.WriteLine(comparison.TrimEnd());
    }

    public void WriteHowToLookAround(string address, string dataDirectory, JobSummary? job, FileRecord? product, bool keeps)
    {
        writer.WriteLine();
        writer.WriteLine(keeps
            ? $"The DPU runs on at {address} until Ctrl-C. To look around, in another terminal:"
            : $"The DPU has stopped; its data stay. To look around, start it again and use another terminal:");
        if (!keeps)
        {
            writer.WriteLine($"  dpu serve --data {Quoted(dataDirectory)} --port {new Uri(address).Port}");
        }

        var id = Units.Number(job?.JobId ?? 1);
        var dpu = address == "http://127.0.0.1:8470" ? "dpu" : $"dpu --dpu {address}";
        writer.WriteLine($"  {dpu} jobs");
        writer.WriteLine($"  {dpu} show {id} --tasks");
        writer.WriteLine($"  {dpu} logs {id}");
        writer.WriteLine($"  {dpu} results {id} --download results");
        writer.WriteLine($"  {dpu} files type=coadd");
        if (product is not null)
        {
            writer.WriteLine($"  {dpu} provenance {Quoted(product.Path)} --up");
        }

        writer.WriteLine($"  {dpu} open                      in a browser: {address}");
    }

    /// <summary>For a shell.</summary>
    private static string Quoted(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+".Contains(c, StringComparison.Ordinal)) ? path : "'" + Visible.Text(path).Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
