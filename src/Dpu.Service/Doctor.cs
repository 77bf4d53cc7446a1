using System.Net.Sockets;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Journal.EventJournal;
using Dpu.Journal.Logs;
using Dpu.Journal.Store;
using Dpu.Kernel.Persistence;
using Dpu.Service.Configuration;
using Dpu.Service.Nodes;
using Dpu.Service.Nodes.Apart;

namespace Dpu.Service;

/// <summary>One thing that was looked at.</summary>
/// <param name="Area">configuration, port, data, database, recipes …</param>
/// <param name="Ok">Whether it is as it should be.</param>
/// <param name="Message">What was found.</param>
/// <param name="Remedy">How to mend it; null when nothing is wrong.</param>
public sealed record Finding(string Area, bool Ok, string Message, string? Remedy);

/// <summary>Looks at everything that a service needs, and says what is wrong and how to mend it. Changes nothing but creating an empty data directory.</summary>
public static class Doctor
{
    private const long FreeBytesMin = 1L << 30;
    private static readonly TimeSpan ListenerPatience = TimeSpan.FromSeconds(5);

    /// <summary>All findings, good and bad.</summary>
    public static async Task<IReadOnlyList<Finding>> ExamineAsync(ServeRequest request, CancellationToken cancellationToken)
    {
        DpuOptions options;
        Finding configuration;
        try
        {
            options = DpuHost.ReadOptions(request);
            configuration = Good("configuration", request.Role == "frontend" ? $"{options.Recipes.Count} recipes; no node of its own" : $"{options.Recipes.Count} recipes; node {options.Node.Name} with {options.Node.Capacity.Cpus} cpus and {ByteSize.Text(options.Node.Capacity.MemoryBytes)}");
        }
        catch (StartupException error)
        {
            return [new Finding("configuration", false, error.Message, "Correct the file at the place named, and run dpu doctor again.")];
        }

        var listener = await WhoListensAsync(options.Http, cancellationToken);
        return await Task.Run<IReadOnlyList<Finding>>(() => [configuration, .. PortAndData(options, listener), .. request.Role == "frontend" ? RecipesOnNodes() : Recipes(options), .. request.Role == "frontend" ? [] : Isolation(options)], cancellationToken);
    }

    /// <summary>The DPU that answers where this one is to listen; null when none does.</summary>
    private static async Task<HealthInfo?> WhoListensAsync(HttpOptions http, CancellationToken cancellationToken)
    {
        if (http.Port == 0)
        {
            return null;
        }

        using var client = new DpuHttpClient(new DpuClientOptions
        {
            Address = new UriBuilder(Uri.UriSchemeHttp, http.LocalAddress.ToString(), http.Port).Uri,
            Token = _ => null,
            AnswerTimeout = ListenerPatience,
        });
        try
        {
            return await client.GetHealthAsync(cancellationToken);
        }
        catch (DpuException)
        {
            // Nobody, or no DPU: what follows from that is found by trying to listen.
            return null;
        }
    }

    /// <summary>Together, because a DPU that runs on these very data holds both, and rightly so.</summary>
    private static IEnumerable<Finding> PortAndData(DpuOptions options, HealthInfo? listener)
    {
        try
        {
            using var data = DataDirectory.Take(options.DataDirectory);
            return [Port(options.Http, listener), Space(data.FullPath), Database(data)];
        }
        catch (DataInUseException held) when (held.Holder is { } holder && listener?.ProcessId == holder)
        {
            return Running(options, listener);
        }
        catch (StoreException error)
        {
            return [Port(options.Http, listener), new Finding("data", false, error.Message, "Stop the service that holds it, or choose another directory with dpu.data.")];
        }
    }

    private static IEnumerable<Finding> Running(DpuOptions options, HealthInfo dpu) =>
    [
        Good("port", $"{options.Http.Address}:{options.Http.Port} is this DPU's: {dpu.Dpu} {dpu.Version} runs there as process {dpu.ProcessId}"),
        Space(options.DataDirectory),
        dpu.Reason is { } trouble
            ? new Finding("database", false, trouble, "Mend what it names, such as a full disk: the DPU tries again by itself.")
            : Good("database", $"the DPU that runs holds {options.DataDirectory} and says that it is {dpu.State}"),
    ];

    private static Finding Good(string area, string message) => new(area, true, message, null);

    private static Finding Port(HttpOptions http, HealthInfo? other)
    {
        try
        {
            using var listener = new TcpListener(http.Address, http.Port);
            listener.Start();
            return Good("port", $"{http.Address}:{http.Port} is free");
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return new Finding("port", false, $"{http.Address}:{http.Port} is in use by {(other is null ? "something that is no DPU" : $"the DPU '{other.Dpu}', which has other data")}.", "Stop it, or choose another port with dpu.http.port.");
        }
        catch (SocketException error)
        {
            return new Finding("port", false, $"{http.Address}:{http.Port} cannot be used: {error.Message}", "Choose another port with dpu.http.port.");
        }
    }

    private static Finding Space(string path)
    {
        var free = new DriveInfo(path).AvailableFreeSpace;
        return free >= FreeBytesMin
            ? Good("disk", $"{ByteSize.Text(free)} are free in {path}")
            : new Finding("disk", false, $"Only {ByteSize.Text(free)} are free in {path}.", "Make room: frames and products need it, and submissions are refused when the journal cannot be written.");
    }

    private static Finding Database(DataDirectory data)
    {
        try
        {
            // Opening creates or migrates it, which the service would do at its next start anyhow.
            SqliteStore.Open(data, DpuEvents.Codec, TimeProvider.System).DisposeAsync().AsTask().GetAwaiter().GetResult();
            FileLogStore.Open(FileLogStoreOptions.In(data.FullPath), TimeProvider.System).DisposeAsync().AsTask().GetAwaiter().GetResult();
            return Good("database", $"{data.DatabasePath} and the logs can be read and written");
        }
        catch (Exception error) when (error is StoreException or JournalException)
        {
            return new Finding("database", false, error.Message, "Use the version of dpu that wrote it, or a copy from before.");
        }
    }

    /// <summary>Whether tasks of users run apart here, and what holds them.</summary>
    private static IEnumerable<Finding> Isolation(DpuOptions options) =>
        IsolationReport.Of(options.DataDirectory, options.Node).Select(message => Good("isolation", message));

    /// <summary>Which programs a node lacks it says itself, when it joins.</summary>
    private static IEnumerable<Finding> RecipesOnNodes() => [Good("recipes", "their programs are needed on nodes only: 'dpu nodes' tells what one of them lacks")];

    private static IEnumerable<Finding> Recipes(DpuOptions options)
    {
        var executables = new RecipeExecutables(options.Node.SearchPath);
        var missing = executables.MissingPrograms(options.Recipes.AllThatRuns)
            .Select(reason => new Finding("recipes", false, reason, "Install the program, or correct the recipes' command."))
            .ToList();
        return [.. missing.Count > 0 ? missing : [Good("recipes", $"the programs of all {options.Recipes.Recipes.Count(recipe => recipe.IsAdded)} recipes that have to be there are there")], Packages(options, executables)];
    }

    /// <summary>What a site may add or leave out: never a fault.</summary>
    private static Finding Packages(DpuOptions options, RecipeExecutables executables)
    {
        var notAdded = options.Recipes.Recipes.Where(recipe => !recipe.IsAdded).Select(recipe => recipe.Name).ToList();
        string[] choices =
        [
            .. executables.MissingPackages(options.Recipes.AllThatRuns),
            .. notAdded.Count > 0 ? [$"of third parties' recipes these are not added: {string.Join(", ", notAdded)}"] : Array.Empty<string>(),
        ];
        return Good("packages", choices.Length > 0 ? string.Join("; ", choices) : "nothing that recipes can use is missing");
    }
}
