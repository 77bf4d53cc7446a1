using System.Net;
using System.Net.Sockets;
using Dpu.Journal.EventJournal;
using Dpu.Journal.Logs;
using Dpu.Journal.Store;
using Dpu.Kernel.Persistence;
using Dpu.Service.Configuration;
using Dpu.Service.Nodes;

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

    /// <summary>All findings, good and bad.</summary>
    public static Task<IReadOnlyList<Finding>> ExamineAsync(ServeRequest request, CancellationToken cancellationToken) =>
        Task.Run<IReadOnlyList<Finding>>(() => [.. Examine(request)], cancellationToken);

    private static IEnumerable<Finding> Examine(ServeRequest request)
    {
        DpuOptions options;
        Finding configuration;
        try
        {
            options = DpuHost.ReadOptions(request);
            configuration = Good("configuration", $"{options.Recipes.Count} recipes; node {options.Node.Name} with {options.Node.Capacity.Cpus} cpus and {options.Node.Capacity.MemoryBytes >> 20} MiB");
        }
        catch (StartupException error)
        {
            return [new Finding("configuration", false, error.Message, "Correct the file at the place named, and run dpu doctor again.")];
        }

        return [configuration, Port(options.Http), .. Data(options), .. Recipes(options)];
    }

    private static Finding Good(string area, string message) => new(area, true, message, null);

    private static Finding Port(HttpOptions http)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Parse(http.Host), http.Port);
            listener.Start();
            return Good("port", $"{http.Host}:{http.Port} is free");
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return new Finding("port", false, $"{http.Host}:{http.Port} is in use, perhaps by a DPU that runs.", "Stop it, or choose another port with dpu.http.port.");
        }
        catch (SocketException error)
        {
            return new Finding("port", false, $"{http.Host}:{http.Port} cannot be used: {error.Message}", "Choose another port with dpu.http.port.");
        }
    }

    private static IEnumerable<Finding> Data(DpuOptions options)
    {
        DataDirectory data;
        try
        {
            data = DataDirectory.Take(options.DataDirectory);
        }
        catch (StoreException error)
        {
            return [new Finding("data", false, error.Message, "Stop the service that holds it, or choose another directory with dpu.data.")];
        }

        using (data)
        {
            return [Space(data.FullPath), Database(data)];
        }
    }

    private static Finding Space(string path)
    {
        var free = new DriveInfo(path).AvailableFreeSpace;
        return free >= FreeBytesMin
            ? Good("disk", $"{free >> 20} MiB are free in {path}")
            : new Finding("disk", false, $"Only {free >> 20} MiB are free in {path}.", "Make room: frames and products need it, and submissions are refused when the journal cannot be written.");
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

    private static IEnumerable<Finding> Recipes(DpuOptions options)
    {
        var executables = new RecipeExecutables(options.Node.SearchPath);
        var missing = executables.MissingPrograms(options.Recipes.AllThatRuns)
            .Select(reason => new Finding("recipes", false, reason, "Install the program, or correct the recipes' command."))
            .ToList();
        return missing.Count > 0 ? missing : [Good("recipes", $"the programs of all {options.Recipes.Count} recipes are there")];
    }
}
