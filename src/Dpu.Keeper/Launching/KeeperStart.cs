using System.Collections;
using Dpu.Keeper.Native;
using Dpu.Keeper.Node;
using Dpu.Keeper.Processes;
using Dpu.Keeper.Spawning;

namespace Dpu.Keeper.Launching;

/// <summary>
/// A keeper process that this service started: in a session of its own, so that neither a signal to our process group nor the end of
/// our terminal reaches it, with nothing of ours but two descriptors.
/// </summary>
internal sealed class KeeperStart : IDisposable
{
    /// <summary>
    /// A keeper does little and lives long: it should be small. These are the runtime's own switches; what the user has set counts.
    /// </summary>
    private static readonly (string Name, string Value)[] RuntimeSettings =
    [
        ("DOTNET_TieredPGO", "0"),
        ("DOTNET_gcConcurrent", "0"),
        ("DOTNET_gcServer", "0"),
        ("DOTNET_GCgen0size", "200000"),
        ("DOTNET_GCConserveMemory", "5"),
        ("DOTNET_EnableDiagnostics", "0"),
    ];

    private readonly int _pid;
    private bool _reaped;

    private KeeperStart(int pid, int ready) => (_pid, Ready) = (pid, ready);

    /// <summary>Readable when the keeper can be reached, or has ended.</summary>
    public int Ready { get; }

    /// <exception cref="IOException">The program cannot be started; the message says why.</exception>
    public static KeeperStart Begin(KeeperCommand command, KeeperDirectory directory, string dataDirectory)
    {
        directory.Create();
        if (!Descriptors.TryPipe(out var ready, out var readyEnd, out var error))
        {
            throw new IOException($"Cannot make a pipe to the keeper: {Descriptors.Describe(error)}");
        }

        // What the runtime says when it dies goes where the keeper writes: there is no terminal to say it to.
        var log = Libc.Open(directory.Log, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append | OpenFlags.CloseOnExec, 0x180);
        using var spawner = new ProcessSpawner(new SpawnAttributes());
        var start = new ProgramStart(
            command.Program,
            [command.Program, .. command.Arguments, "--data", Path.GetFullPath(dataDirectory), .. command.Options],
            EnvironmentVariables(),
            "/",
            readyEnd,
            log >= 0 ? log : readyEnd);
        error = spawner.Spawn(start, out var pid);
        Descriptors.Close(readyEnd);
        Descriptors.Close(log);
        if (error == 0)
        {
            return new KeeperStart(pid, ready);
        }

        Descriptors.Close(ready);
        throw new IOException($"Cannot start the keeper: {LaunchFailures.Describe(error, command.Program, "/")}");
    }

    /// <summary>Null while it runs; else how it ended. Asking also takes it off the system's list of processes.</summary>
    public ExitStatus? Ended()
    {
        if (_reaped || ChildProcess.TryReap(_pid, out var status, out _) != Reaping.Reaped)
        {
            return _reaped ? default(ExitStatus) : null;
        }

        _reaped = true;
        return status;
    }

    public void Dispose() => Descriptors.Close(Ready);

    private static List<KeyValuePair<string, string>> EnvironmentVariables()
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in RuntimeSettings)
        {
            variables[name] = value;
        }

        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        // A service that a recipe started must not make its keeper look like that recipe's process.
        variables.Remove(SpawnThreads.AttemptVariable);
        variables.Remove(SpawnThreads.KeeperVariable);
        return [.. variables];
    }
}
