using System.Collections;
using System.Runtime.InteropServices;

namespace Dpu.Cli.Awe;

/// <summary>Python with the module <c>awe</c> on its path, in the place of this program: nothing of ours stands between it and the terminal.</summary>
internal static partial class PythonPrompt
{
    /// <summary>The first python3 of a search path; null when there is none.</summary>
    public static string? FindPython(string searchPath) => searchPath
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, "python3"))
        .FirstOrDefault(path => File.Exists(path) && (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0);

    /// <summary>The folder that holds the module: beside the program, where the build puts it; null when it is not there.</summary>
    public static string? FindFolder(string programFolder)
    {
        var folder = Path.Combine(programFolder, "awe");
        return File.Exists(Path.Combine(folder, "awe", "__main__.py")) ? folder : null;
    }

    /// <summary>What Python finds in its environment beside what is there.</summary>
    public static IReadOnlyDictionary<string, string> Variables(string folder, string? dpu, Func<string, string?> variable)
    {
        var added = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PYTHONPATH"] = variable("PYTHONPATH") is { Length: > 0 } old ? $"{folder}:{old}" : folder,
        };
        if (variable("PYTHONPYCACHEPREFIX") is null && variable("HOME") is { Length: > 0 } home)
        {
            // Beside the program nobody may write, and what hosts are sent is packed from there.
            added["PYTHONPYCACHEPREFIX"] = Path.Combine(variable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(home, ".cache"), "dpu", "python");
        }

        if (dpu is not null)
        {
            added["DPU_NAME"] = dpu;
        }

        return added;
    }

    /// <summary>Never returns: this process is Python from here on, so that its signals, its terminal and its exit code are its own.</summary>
    /// <exception cref="IOException">The program cannot be executed.</exception>
    public static void Become(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> added)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
        foreach (var (name, value) in added)
        {
            environment[name] = value;
        }

        // Both lists end with a null, as the kernel wants them.
        Execute(program, [program, .. arguments, null], [.. environment.Select(pair => $"{pair.Key}={pair.Value}"), null]);
        throw new IOException($"{program} cannot be run: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string program, string?[] arguments, string?[] environment);
}
