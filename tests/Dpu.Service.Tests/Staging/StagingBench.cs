using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Cluster.Frontend;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;
using Dpu.Kernel;
using Dpu.Service.Http;
using Dpu.Service.Nodes;
using Dpu.Service.Shipping;
using Dpu.Service.Staging;
using Dpu.Service.Tests.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dpu.Service.Tests.Staging;

/// <summary>A frontend's files behind a real listener, and the files of a node on another host that reaches them by HTTP only.</summary>
internal sealed class StagingBench : IAsyncDisposable
{
    public const string Node = "far";
    public static readonly AttemptId Attempt = new(new JobId(12), 3, 2);

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, CatalogFile> _catalog = new(StringComparer.Ordinal);
    private readonly WebApplication _app;
    private StagingClient _client = null!;
    private Leavings _leavings = null!;

    private StagingBench(WebApplication app)
    {
        _app = app;
        app.Use(next => context =>
        {
            Requests.Enqueue($"{context.Request.Method} {context.Request.Path}");
            return Middle(context, () => next(context));
        });
        app.UseRouting();
        Arriving = new ArrivingOutputs(Store, (_, _) => Task.FromResult(Fate));
        Directory.CreateDirectory(Store);
        var parts = new StagingParts(Grants, (id, _) => Task.FromResult(_catalog.GetValueOrDefault(id)), Store, Arriving) { PathOfCode = sha256 => _folder.At($"frontend/code/{sha256}.zip") };
        new StagingEndpoints(() => parts)
            .Map(app.MapGroup("/api/v1"), context => context.Request.Headers.Authorization.ToString()["Bearer ".Length..], static _ => { });
    }

    private void Connect(Func<TimeSpan> notGrantedMax, long cacheMaxBytes)
    {
        _client = new StagingClient(HttpAs(Node), [new Uri(Address)], notGrantedMax, TimeProvider.System, (what, reason) => Waits.Enqueue($"{what}: {reason}"));
        _leavings = new Leavings(Path.Combine(Data, "work"), TimeSpan.FromHours(1), TimeProvider.System, NullLogger.Instance);
        var cache = new InputCache(CacheFolder, cacheMaxBytes, _leavings.Links, _client, TimeProvider.System);
        Remote = new RemoteStore(Path.Combine(Data, "store"), _client, cache, _leavings);
        _folder.Script("bin/reduce", "#!/bin/sh\n");
        var node = new NodeOptions(Node, "host", new Resources(4, 1L << 30), TimeSpan.FromSeconds(1), 1000, 100, EnforceMemory: true);
        Files = new TaskFiles(Data, Remote, node, _folder.At("bin"), new RecipeExecutables(_folder.At("bin")))
        {
            Trees = new CodeTrees(_folder.At("data/trees"), 1 << 30, ArchiveLimits.Usual, new BroughtCode(_client), "boot", TimeProvider.System),
        };
    }

    public NodeGrants Grants { get; } = new();

    public ArrivingOutputs Arriving { get; }

    public OutputsFate Fate { get; set; } = OutputsFate.Kept;

    /// <summary>Looks at each request, and may answer in its place.</summary>
    public Func<HttpContext, Func<Task>, Task> Middle { get; set; } = static (_, next) => next();

    /// <summary>Methods and paths, in the order in which they came.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>What the node waited for, and why.</summary>
    public ConcurrentQueue<string> Waits { get; } = new();

    public string Store => _folder.At("frontend/store");

    public string Saved => Path.Combine(Store, "12/3.2");

    public string Data => _folder.At("data");

    public string Work => Path.Combine(Data, "work/12/3.2");

    public string CacheFolder => _folder.At("data/cache");

    public RemoteStore Remote { get; private set; } = null!;

    public TaskFiles Files { get; private set; } = null!;

    private string Address => _app.Urls.First();

    public static async Task<StagingBench> StartAsync(TimeSpan? notGrantedMax = null, long cacheMaxBytes = 1 << 30)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        var bench = new StagingBench(app);
        await app.StartAsync();
        bench.Connect(() => notGrantedMax ?? TimeSpan.FromMinutes(1), cacheMaxBytes);
        bench.Grants.Give(Node, bench.Start(), NoJob.Instance);
        return bench;
    }

    /// <summary>A client that says that it is this node.</summary>
    public HttpClient HttpAs(string node) =>
        new() { BaseAddress = new Uri(Address), Timeout = Timeout.InfiniteTimeSpan, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", node) } };

    /// <summary>Registers a file of the store, or of anywhere when the path is absolute.</summary>
    public InputFile Register(string id, string path, byte[] content)
    {
        var full = Path.Combine(Store, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
        var metadata = ImmutableSortedDictionary<string, MetadataValue>.Empty;
        _catalog[id] = new CatalogFile(id, Path.GetFileName(path), path, content.Length, Sha256(content), "raw", metadata, null, true, DateTimeOffset.UnixEpoch);
        return new InputFile(id, path, "raw", metadata);
    }

    /// <summary>Keeps an archive where a frontend keeps code.</summary>
    public ShippedCode Keep(byte[] archive, string? sha256 = null)
    {
        var code = new ShippedCode(sha256 ?? Sha256(archive), archive.Length);
        var path = _folder.At($"frontend/code/{code.Sha256}.zip");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, archive);
        return code;
    }

    /// <summary>The attempt, with this code, is the node's.</summary>
    public TaskStart GiveWith(ShippedCode code)
    {
        var start = Start() with { Code = code };
        Grants.Give(Node, start, NoJob.Instance);
        return start;
    }

    /// <summary>The attempt, with these inputs, is the node's.</summary>
    public TaskStart Give(params InputFile[] inputs)
    {
        var start = Start(inputs);
        Grants.Give(Node, start, NoJob.Instance);
        return start;
    }

    public TaskStart Start(params InputFile[] inputs) => new(
        Attempt,
        "Reduce",
        new Resources(1, 1000),
        null,
        ["reduce"],
        new TaskWork.Directed(
            "Reduce",
            ImmutableSortedDictionary<string, string>.Empty,
            [new StepCommand("Reduce", "Reduce", ["reduce"], [], [], ImmutableSortedDictionary<string, string>.Empty)],
            ImmutableSortedDictionary<string, ImmutableArray<InputFile>>.Empty.Add("science", [.. inputs]),
            [new OutputRule("reduced", "reduced", "*.fits", Main: true)]));

    /// <summary>The recipe has run and left this in its work directory.</summary>
    public async Task<TaskStart> WorkedAsync(params (string Name, byte[] Content)[] files)
    {
        var start = Give();
        await Files.PrepareAsync(start, new FilesProgress(), CancellationToken.None);
        foreach (var (name, content) in files)
        {
            File.WriteAllBytes(Path.Combine(Work, name), content);
        }

        return start;
    }

    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static string OutputPath(string path, string attempt = "12/3/2") => $"/api/v1/node/attempts/{attempt}/outputs/{path}";

    public static string InputPath(string id, string attempt = "12/3/2") => $"/api/v1/node/attempts/{attempt}/inputs/{Uri.EscapeDataString(id)}";

    public static HttpRequestMessage Put(string address, byte[] content, string? sha256 = null, long offset = 0)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = new ByteArrayContent(content, (int)offset, content.Length - (int)offset) };
        request.Headers.Add(StagingHeaders.Digest, StagingHeaders.DigestOf(sha256 ?? Sha256(content)));
        if (offset > 0)
        {
            request.Content.Headers.ContentRange = new ContentRangeHeaderValue(offset, content.Length - 1, content.Length);
        }

        return request;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _leavings.Dispose();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private sealed class NoJob : IActorRef<JobMessage>
    {
        public static NoJob Instance { get; } = new();

        public ActorPath Path => throw new NotSupportedException();

        public void Tell(JobMessage message)
        {
        }

        public bool TryTell(JobMessage message) => true;
    }
}
