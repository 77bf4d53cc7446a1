using System.Collections.Immutable;
using System.Net;
using Dpu.Actors.Nodes;
using Dpu.Domain.Campaigns;
using Dpu.Domain.Ingest;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Dpu.Domain.Scheduling;
using Dpu.Domain.Shipping;
using Dpu.Domain.Users;
using Dpu.Fits.Conversion;
using Dpu.Hocon;
using Dpu.Service.Nodes.Apart;
using Dpu.Service.Products;
using Dpu.Service.Shipping;
using Dpu.Service.Tls;
using Dpu.Service.Users;

namespace Dpu.Service.Configuration;

/// <summary>Binds the configuration to <see cref="DpuOptions"/>. Every error says the key, the place, what was found and what would be right.</summary>
internal static class DpuOptionsReader
{
    private const long BodyBytesMin = 1024;

    // Fewer are found by a graphics card in no time; more make a login last longer than the request may.
    private const int PasswordIterationsMin = 600_000;
    private const int PasswordIterationsMax = 20_000_000;

    // Timers of the system end at seven weeks.
    private static readonly TimeSpan DurationMax = TimeSpan.FromDays(30);

    private static readonly string[] MetricsAudiences = ["off", "operators", "users", "everyone"];
    private static readonly string[] LogLevels = ["Debug", "Information", "Warning", "Error"];

    /// <exception cref="HoconException">A value is missing, of the wrong type or out of range, or a key is unknown.</exception>
    /// <exception cref="StartupException">Several declarations of recipes are wrong.</exception>
    public static DpuOptions Read(HoconObject root, Resources machine)
    {
        var reader = new HoconReader(root);
        var dpu = reader.GetObject("dpu");
        var retry = Retry(dpu.GetObject("task.retry"));
        var declared = RecipeDeclarations.Of(root, allowOthers: true);
        var recipes = Recipes(dpu, declared, retry);
        var options = new DpuOptions(
            Name(dpu, "name"),
            DataDirectory(dpu),
            Http(dpu.GetObject("http")),
            Node(dpu.GetObject("node"), machine),
            Task(dpu.GetObject("task"), retry),
            new Resources(dpu.GetInt32("exec.cpus", min: 1), dpu.GetSize("exec.memory")),
            new QuerySettings(Size(dpu, "query.output-max", 1), dpu.GetInt32("query.at-once-max", min: 1)),
            Scheduling(dpu.GetObject("scheduling")),
            Cluster(dpu.GetObject("cluster"), dpu.GetDuration("task.kill-grace")),
            PilotOptionsReader.Read(dpu.GetObject("scaling"), dpu.GetString("name")),
            Service(dpu.GetObject("service")),
            recipes,
            Ingest(dpu),
            Accept(CampaignReader.Read(Section(dpu, "campaigns"), recipes)))
        {
            ListedFirst = ListedFirst(dpu, recipes),
            Others = Others(dpu.GetObject("pages.others")),
            Code = Code(dpu.GetObject("code")),
            Declared = declared,
            Versions = VersionReader.Read(dpu, declared, retry),
            Products = Products(dpu.GetObject("products")),
            Users = Users(dpu.GetObject("users")),
            Telemetry = TelemetryOptionsReader.Read(dpu.GetObject("telemetry")),
            Notify = NotifyOptionsReader.Read(dpu.GetObject("notify")),
        };
        reader.EnsureAllKeysUsed("dpu");
        return options;
    }

    /// <summary>A name that can stand in an address, a file's name and a line of a log.</summary>
    private static string Name(HoconReader section, string key)
    {
        var name = section.GetString(key);
        return name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || "-_.".Contains(c, StringComparison.Ordinal))
            ? name
            : throw section.Error(key, $"is '{name}'; expected letters, digits and - _ . only");
    }

    private static TimeSpan Duration(HoconReader section, string key, TimeSpan min)
    {
        var duration = section.GetDuration(key);
        return duration >= min && duration <= DurationMax
            ? duration
            : throw section.Error(key, $"is {duration.TotalSeconds} s; expected {min.TotalSeconds} s to {DurationMax.TotalDays} days");
    }

    private static long Size(HoconReader section, string key, long min)
    {
        var size = section.GetSize(key);
        return size >= min ? size : throw section.Error(key, $"is {size} bytes; expected at least {min}");
    }

    private static string DataDirectory(HoconReader dpu)
    {
        var path = dpu.GetString("data");
        return path.StartsWith('/') ? Path.GetFullPath(path) : throw dpu.Error("data", $"is '{path}'; expected an absolute path, for example dpu.data = /data/dpu");
    }

    private static HttpOptions Http(HoconReader http)
    {
        var host = http.GetString("host");
        if (!IPAddress.TryParse(host, out var address) || address.IsIPv6LinkLocal)
        {
            throw http.Error("host", $"is '{host}'; expected an address, for example dpu.http.host = 127.0.0.1, or 0.0.0.0 for all addresses of this host");
        }

        var port = http.GetInt32("port", 0, 65535);
        var options = new HttpOptions(
            address,
            port,
            Names(http),
            Tls(http.GetObject("tls")),
            Size(http, "body-max", BodyBytesMin),
            Duration(http, "answer-timeout", TimeSpan.FromMilliseconds(1)),
            http.GetInt32("waiting-max", min: 1),
            http.GetInt32("requests-per-second", min: 1),
            http.GetInt32("burst", min: 1),
            http.GetInt32("open-max", min: 1))
        {
            Metrics = Enum.Parse<MetricsAudience>(http.GetOneOf("metrics", MetricsAudiences), ignoreCase: true),
        };
        return options switch
        {
            { Port: 0, IsAny: false, IsLoopback: false } => throw http.Error("port", $"is 0 with the host {host}, which is listened at beside loopback; expected the number of a port that is free on both, for example dpu.http.port = 8470"),
            { IsLoopback: true, Tls: not null } => throw http.Error("tls.certificate", $"is given, but the host {host} is loopback, where no TLS is spoken; expected an address beyond it, for example dpu.http.host = 0.0.0.0"),
            _ => options,
        };
    }

    private static IReadOnlyList<string> Names(HoconReader http)
    {
        var names = http.GetStringList("names");
        return names.FirstOrDefault(name => !IPAddress.TryParse(name, out _) && !ServerNames.IsName(name)) is { } wrong
            ? throw http.Error("names", $"holds '{wrong}'; expected names of hosts and addresses, for example dpu.http.names = [dpu.example.org]")
            : [.. names];
    }

    private static TlsFiles? Tls(HoconReader tls)
    {
        string File(string name) => tls.GetString(name) is var path && (path.Length == 0 || path.StartsWith('/'))
            ? path
            : throw tls.Error(name, $"is '{path}'; expected an absolute path, for example dpu.http.tls.{name} = /etc/dpu/{name}.pem");
        var (certificate, key) = (File("certificate"), File("key"));
        return (certificate.Length, key.Length) switch
        {
            (0, 0) => null,
            ( > 0, > 0) => new TlsFiles(certificate, key),
            (0, _) => throw tls.Error("key", "is given without a certificate; expected both files, or neither for a certificate of the DPU's own authority"),
            _ => throw tls.Error("certificate", "is given without its key; expected both files, or neither for a certificate of the DPU's own authority"),
        };
    }

    private static NodeSettings Node(HoconReader node, Resources machine)
    {
        var name = Name(node, "name");
        var cpus = node.GetInt32("cpus", min: 0);
        var memory = node.GetSize("memory");
        var capacity = new Resources(cpus == 0 ? machine.Cpus : cpus, memory == 0 ? machine.MemoryBytes : memory);
        return new NodeSettings(
            name,
            capacity,
            [.. node.GetStringList("tags")],
            node.GetString("path"),
            node.GetSize("spool-max"),
            Duration(node, "drain-time", TimeSpan.Zero),
            node.GetSize("cache-max"),
            Duration(node, "keep-work", TimeSpan.Zero),
            Isolation(node.GetObject("isolation")));
    }

    private static IsolationSettings Isolation(HoconReader isolation) => new(
        (uint)isolation.GetInt32("first-user-id", min: 1000, max: 2_000_000_000),
        (uint)isolation.GetInt32("user-ids", min: 1000, max: 100_000_000),
        isolation.GetSize("file-max"),
        isolation.GetInt32("processes-max", min: 10),
        isolation.GetString("control-group"));

    private static RetryRules Retry(HoconReader retry)
    {
        int Attempts(string key) => retry.GetInt32(key, 1, ushort.MaxValue);
        var factor = retry.GetDouble("memory-factor");
        var most = retry.GetSize("memory-max");
        return new RetryRules(
            Attempts("recipe"),
            Attempts("memory"),
            Attempts("time"),
            Attempts("launch"),
            Attempts("data"),
            retry.GetInt32("node-losses", 1, byte.MaxValue),
            factor is >= 1 and <= 100 ? factor : throw retry.Error("memory-factor", $"is {factor}; expected 1 to 100"),
            most == 0 ? null : most);
    }

    private static TaskSettings Task(HoconReader task, RetryRules retry) => new(
        Duration(task, "kill-grace", TimeSpan.Zero),
        retry,
        task.GetSize("log-head-max"),
        task.GetSize("log-tail-max"),
        task.GetBoolean("enforce-memory"),
        new UnpackLimits(task.GetSize("unpack-max"), task.GetInt32("unpack-files-max", min: 1)));

    private static SchedulingPolicy Scheduling(HoconReader scheduling)
    {
        var perUser = scheduling.GetInt32("max-running-per-user", min: 0);
        return new SchedulingPolicy(
            Duration(scheduling, "share-half-life", TimeSpan.FromSeconds(1)),
            perUser == 0 ? null : perUser,
            RecipeLimits(scheduling.GetObject("recipe-limits")),
            Duration(scheduling, "locality-wait", TimeSpan.Zero),
            Duration(scheduling, "patience", TimeSpan.Zero),
            Quarantine(scheduling.GetObject("quarantine")));
    }

    private static ImmutableDictionary<string, int> RecipeLimits(HoconReader limits) => limits.Keys.ToImmutableDictionary(
        recipe => recipe,
        recipe => limits.GetInt32(HoconPath.Of(recipe).ToString(), min: 1),
        StringComparer.Ordinal);

    private static HealthPolicy Quarantine(HoconReader quarantine)
    {
        var first = Duration(quarantine, "probe-after", TimeSpan.FromMilliseconds(1));
        return new HealthPolicy(
            Duration(quarantine, "fast-failure", TimeSpan.FromMilliseconds(1)),
            quarantine.GetInt32("jobs", min: 1),
            quarantine.GetInt32("recipes", min: 2),
            first,
            Duration(quarantine, "probe-after-max", first));
    }

    private static UserSettings Users(HoconReader users)
    {
        var wait = Duration(users, "wait", TimeSpan.FromMilliseconds(1));
        var waitMax = Duration(users, "wait-max", wait);
        return new UserSettings(
            users.GetInt32("password-iterations", PasswordIterationsMin, PasswordIterationsMax),
            Duration(users, "token-expires", TimeSpan.FromMinutes(1)),
            new LockOut(users.GetInt32("tries", min: 1), Duration(users, "forgiven", TimeSpan.FromSeconds(1)), wait, waitMax),
            new LockOut(users.GetInt32("tries-per-address", min: 1), Duration(users, "forgiven-per-address", TimeSpan.FromSeconds(1)), wait, waitMax));
    }

    private static ServiceSettings Service(HoconReader service) => new(
        Duration(service, "stop-grace", TimeSpan.Zero),
        service.GetOneOf("log-level", LogLevels),
        Size(service, "log-file-max", 1),
        service.GetInt32("log-files-kept", min: 1));

    private static ClusterSettings Cluster(HoconReader cluster, TimeSpan killGrace)
    {
        var settings = new ClusterSettings(
            Duration(cluster, "node-timeout", TimeSpan.FromSeconds(1)),
            Duration(cluster, "fence-after", TimeSpan.FromMilliseconds(100)),
            Duration(cluster, "fence-margin", TimeSpan.Zero),
            Duration(cluster, "heartbeat", TimeSpan.FromMilliseconds(50)))
        {
            Shapes = Shapes(cluster.GetObject("shapes")),
        };
        if (settings.FenceAfter + killGrace + settings.FenceMargin >= settings.NodeTimeout)
        {
            throw cluster.Error(
                "fence-after",
                $"is {settings.FenceAfter.TotalSeconds} s; with dpu.task.kill-grace ({killGrace.TotalSeconds} s) and fence-margin ({settings.FenceMargin.TotalSeconds} s) it must stay below node-timeout ({settings.NodeTimeout.TotalSeconds} s), or a task could run twice");
        }

        return settings.Heartbeat * 2 < settings.FenceAfter
            ? settings
            : throw cluster.Error("heartbeat", $"is {settings.Heartbeat.TotalSeconds} s; it must be less than half of fence-after ({settings.FenceAfter.TotalSeconds} s), or a single lost heartbeat would end tasks");
    }

    private static ImmutableArray<NodeShape> Shapes(HoconReader shapes) =>
    [
        .. from name in shapes.Keys.Order(StringComparer.Ordinal)
           let shape = shapes.GetObject(HoconPath.Of(name).ToString())
           select new NodeShape(new Resources(shape.GetInt32("cpus", min: 1), Size(shape, "memory", 1)), [.. shape.Has("tags") ? shape.GetStringList("tags") : []]),
    ];

    /// <summary>What is asked for here counts as known; each declaration is read by itself.</summary>
    private static RecipeCatalog Recipes(HoconReader dpu, RecipeDeclarations declared, RetryRules usualRetry)
    {
        _ = (Section(dpu, "recipes"), Section(dpu, "pipelines"), Section(dpu, "programs"));
        return Accept(declared.Read(usualRetry));
    }

    private static ProductSettings Products(HoconReader products) => new(
        new ConversionLimits(Size(products, "input-max", 1), Size(products, "output-max", 1)),
        Duration(products, "time-max", TimeSpan.FromMilliseconds(1)),
        products.GetInt32("at-once-max", min: 1));

    private static ImmutableArray<string> ListedFirst(HoconReader dpu, RecipeCatalog recipes)
    {
        string Known(string text) => Sequence.Parse(text, recipes).TryGet(out var sequence, out var errors)
            ? sequence.Text
            : throw dpu.Error("sequences", $"holds '{text}', which cannot be run: {errors[0].Message.TrimEnd('.')}");
        return [.. dpu.GetStringList("sequences").Select(Known).Distinct(StringComparer.Ordinal)];
    }

    private static ImmutableSortedDictionary<string, Uri> Others(HoconReader others) => others.Keys.ToImmutableSortedDictionary(
        name => name,
        name => HoconPath.Of(name).ToString() is var key
            && others.GetString(key) is var text
            && Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https"
            && address.UserInfo.Length == 0
                ? new Uri(address.GetLeftPart(UriPartial.Authority))
                : throw others.Error(key, $"is '{text}'; expected the address of a DPU, for example https://dpu.example.org:8470"),
        StringComparer.Ordinal);

    private static CodeSettings Code(HoconReader code) => new(
        Size(code, "size-max", 1),
        Size(code, "store-max", 1),
        Size(code, "trees-max", 0),
        new ArchiveLimits(code.GetInt32("files-max", min: 1), Size(code, "unpacked-max", 1)),
        Duration(code, "keep-unused", TimeSpan.FromHours(1)));

    private static IngestRules Ingest(HoconReader dpu) =>
        Accept(IngestRulesReader.Read(Section(dpu, "ingest")));

    private static HoconObject Section(HoconReader dpu, string key) =>
        dpu.GetValue(key) as HoconObject ?? throw dpu.Error(key, "is no object");

    internal static T Accept<T>(Declared<T> declared)
        where T : class => declared switch
        {
            Declared<T>.Valid valid => valid.Value,
            Declared<T>.Invalid invalid => throw new StartupException(string.Join('\n', invalid.Errors), 2),
            _ => throw new InvalidOperationException("A declaration is valid or invalid."),
        };
}
