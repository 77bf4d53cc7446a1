using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Service.Tests.Configuration;
using Dpu.Service.Tests.Ingest;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>The example that sites begin with when they add a third party's program: the very text of the recipes' README.</summary>
public sealed class ThirdPartyTests : IDisposable
{
    private const string FakeGalfit = """
        #!/bin/sh
        cp "$1" "$2"
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_site_adds_a_program_with_an_entry_and_an_executable()
    {
        var (entry, script) = Example();
        _folder.Script("bin/my-galfit", script);
        var configuration = $$"""
            {{entry}}
            dpu.node.path = "{{_folder.At("bin")}}:/usr/bin:/bin"
            dpu.service { log-level = Warning, stop-grace = 0 s }
            dpu.ingest.rules = [ { name = coadds, when { ORIGIN = SIMULATION }, type = coadd, metadata { instrument = "$INSTRUME", filter = "#842" } } ]
            """;
        await using var host = await TestHost.StartAsync(_folder.At("data"), _folder.File("site.conf", configuration));
        using var client = new DpuHttpClient(new DpuClientOptions { Address = host.Address });
        var frame = Frames.Write(Directory.CreateDirectory(_folder.At("frames")).FullName, "coadd.fits");
        await client.IngestAsync([frame], CancellationToken.None);

        // The script is there, the program that it runs is not.
        var refused = await Should.ThrowAsync<DpuException>(() => client.SubmitAsync(Fit, IdempotencyKey.Create(), CancellationToken.None));
        refused.Message.ShouldContain("'galfit'");
        (await Told(client)).Available.ShouldBeFalse();

        _folder.Script("bin/galfit", FakeGalfit);
        (await Told(client)).ShouldSatisfyAllConditions(told => told.Available.ShouldBeTrue(), told => told.ThirdParty.ShouldBeFalse());
        var job = (await client.SubmitAsync(Fit, IdempotencyKey.Create(), CancellationToken.None)).JobId;
        JobSummary? last = null;
        await foreach (var summary in client.WatchJobAsync(job, CancellationToken.None))
        {
            last = summary;
        }

        last!.Status.ShouldBe("FINISHED");
        var made = (await client.GetResultsAsync(job, CancellationToken.None)).ShouldHaveSingleItem();
        (made.Type, Path.GetFileName(made.Path)).ShouldBe(("galfit", "fit_coadd.fits"));
    }

    private static JobSubmission Fit => new("GalFit", ["-i", "WFI"]);

    private static async Task<SequenceInfo> Told(DpuHttpClient client) => (await client.GetSequencesAsync(CancellationToken.None)).Single(sequence => sequence.Name == "GalFit");

    private static (string Entry, string Script) Example()
    {
        var blocks = File.ReadAllText(Path.Combine(Root(), "hocon", "recipes", "README.md")).Split("```");
        string After(string mark) => blocks.Single(block => block.StartsWith(mark, StringComparison.Ordinal))[mark.Length..];
        return (After("conf\n"), After("sh\n"));
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "DpuActors.sln")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }
}
