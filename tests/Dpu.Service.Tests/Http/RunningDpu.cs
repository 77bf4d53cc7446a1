using System.Net.Http.Headers;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Service.Tests.Configuration;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>One service for all tests of the API: starting it is what takes time.</summary>
public sealed class RunningDpu : IAsyncLifetime, IDisposable
{
    public const int BodyBytesMax = 1024 * 1024;

    private readonly TemporaryFolder _folder = new();
    private DpuHost? _host;

    public DpuHost Host => _host ?? throw new InvalidOperationException("The service was not started.");

    /// <summary>Speaks as the service's user.</summary>
    public HttpClient Owner { get; } = new();

    /// <summary>Speaks without a token.</summary>
    public HttpClient Visitor { get; } = new();

    /// <summary>The client that commands use.</summary>
    public DpuHttpClient Client { get; private set; } = null!;

    public string NewFolder() => Directory.CreateDirectory(Path.Combine(_folder.Path, Guid.NewGuid().ToString("N"))).FullName;

    public Uri At(string path) => new(Host.Address, "/api/v1" + path);

    public async Task InitializeAsync()
    {
        _folder.Script("bin/copy", CopyScript);
        _folder.Script("bin/fail", "#!/bin/sh\ncat task.json > /dev/null\nexit 7\n");
        _folder.Script("bin/talk", "#!/bin/sh\necho 'seeing > 3 secret'\necho 'MemoryError: no room'\nexit 1\n");
        _folder.Script("bin/noise", "#!/bin/sh\necho released > noise.txt\necho \"version $1 $(command -v marker)\"\n");
        _folder.Script("develop/bin/marker", "#!/bin/sh\n");
        _folder.File("develop/recipes/noise.conf", $"dpu.recipes.Noise.command = [{_folder.At("bin/noise")}, developed]");
        _host = await TestHost.StartAsync(_folder.At("data"), _folder.File("test.conf", Configuration(_folder.At("bin"), _folder.At("develop"))));
        Client = new DpuHttpClient(new DpuClientOptions { Address = _host.Address });
        Owner.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(_host.TokenPath)).Trim());
    }

    public async Task DisposeAsync() => await Host.DisposeAsync();

    public void Dispose()
    {
        Owner.Dispose();
        Visitor.Dispose();
        Client.Dispose();
        _folder.Dispose();
    }

    public async Task<int> ExecAsync(params string[] command) =>
        (await Client.SubmitAsync(new ExecSubmission(command), IdempotencyKey.Create(), CancellationToken.None)).JobId;

    public Task<JobSummary> RunAsync(params string[] command) => EndAsync(() => ExecAsync(command));

    public async Task<JobSummary> RunAsync(JobSubmission submission) =>
        await EndAsync(async () => (await Client.SubmitAsync(submission, IdempotencyKey.Create(), CancellationToken.None)).JobId);

    public async Task<JobSummary> RunAsync(ExecSubmission submission) =>
        await EndAsync(async () => (await Client.SubmitAsync(submission, IdempotencyKey.Create(), CancellationToken.None)).JobId);

    public async Task<JobSummary> EndOfAsync(int job)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        JobSummary? last = null;
        await foreach (var summary in Client.WatchJobAsync(job, limit.Token))
        {
            last = summary;
        }

        return last!;
    }

    private async Task<JobSummary> EndAsync(Func<Task<int>> submit) => await EndOfAsync(await submit());

    // A recipe needs nothing of ours: this one is a shell script that says what it made in results.json.
    private const string CopyScript = """
        #!/bin/sh
        path=$(sed -n 's/.*"path": "\(.*\)",*/\1/p' task.json | head -n 1)
        id=$(sed -n 's/.*"id": "\(.*\)",*/\1/p' task.json | head -n 1)
        name=$(echo "$DPU_ATTEMPT" | tr / _)
        cp "$path" "copy_$name.fits"
        echo picture > "copy_$name.png"
        echo "{\"outputs\": [
          {\"name\": \"copy\", \"path\": \"copy_$name.fits\", \"type\": \"copied\", \"metadata\": {\"chip\": \"ccd50\", \"gain\": 1.5, \"good\": true}, \"derivedFrom\": [\"$id\"]},
          {\"name\": \"copy.quicklook/small\", \"path\": \"copy_$name.png\", \"type\": \"quicklook\"}]}" > results.json
        """;

    private static string Configuration(string bin, string develop) => $$"""
        dpu {
          name = test-dpu
          node { name = here, cpus = 4, memory = 8 GiB }
          task.kill-grace = 1 s
          code { size-max = 256 KiB, files-max = 100, unpacked-max = 8 MiB }
          http.body-max = {{BodyBytesMax}}
          service { log-level = Warning, stop-grace = 0 s }
          recipes {
            Copy {
              command = [{{bin}}/copy]
              options {
                instrument { short = i, type = string, required = true, help = "instrument", select = { input = raw, key = instrument } }
                times      { short = n, type = integer, default = 1, help = "how often" }
                commit     { short = C, type = flag, default = false, help = "let later jobs find it" }
                chip       { short = c, type = string, default = "", help = "chip", select = { input = raw, key = chip } }
              }
              inputs { raw { type = raw-bias } }
              divide-by = [chip]
              outputs {
                copy { type = copied, pattern = "copy_*.fits", main = true }
                quicklook { type = quicklook, pattern = "*.png" }
              }
            }
            Noise { command = [{{bin}}/noise], outputs { noise { type = noise, pattern = noise.txt, main = true } } }
            versions.develop { files = [{{develop}}/recipes], path = "{{develop}}/bin" }
            Fail { command = [{{bin}}/fail] }
            Talk {
              command = [{{bin}}/talk]
              patterns {
                seeing { regex = "seeing > \\d" }
                oom { regex = "^MemoryError", level = error, cause = memory }
              }
            }
            Quick { command = [sh, -c, ":"], resources { memory = 2 GiB, time = 100 s } }
            Tagged { command = [sh, -c, ":"], node-tags = [gpu] }
            OfUnit { command = [sh, -c, ":"], outputs { made { type = made, pattern = "{unit}.txt" } } }
            Gone { command = [no-such-program, now] }
            Copy.variants.needy.needs { no-such-program { package = needed-package } }
            Knobs { command = [true], options { pars { short = p, type = map } }, parameters { "Knobs.process_params.TURN" { default = 5, help = "how far" } } }
          }
        }
        """;
}

[CollectionDefinition(Name)]
public sealed class SharedDpu : ICollectionFixture<RunningDpu>
{
    public const string Name = "one DPU";
}
