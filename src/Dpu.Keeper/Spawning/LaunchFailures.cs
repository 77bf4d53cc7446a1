using System.Text;
using Dpu.Domain.Execution;
using Dpu.Keeper.Native;

namespace Dpu.Keeper.Spawning;

/// <summary>Turns an error number into a sentence that says what is wrong and where. The kernel does not say which step failed.</summary>
internal static class LaunchFailures
{
    private const int Executable = 1;
    private const int Readable = 4;

    /// <summary>What is wrong with a request before the kernel sees it, or null.</summary>
    public static string? Refuse(LaunchRequest request)
    {
        if (request.Command.IsDefaultOrEmpty || request.Command[0].Length == 0)
        {
            return "The command names no program.";
        }

        if (!Path.IsPathRooted(request.WorkDirectory))
        {
            return $"The work directory '{request.WorkDirectory}' is not an absolute path.";
        }

        if (request.Command.Append(request.WorkDirectory).Any(HasNul))
        {
            return "The command or its directory contains a NUL character, which no program can be given.";
        }

        var bad = request.Environment.FirstOrDefault(variable => !IsVariable(variable));
        return bad.Key is null ? null : $"'{bad.Key}' cannot be an environment variable: its name is empty or holds '=', or it contains a NUL character.";
    }

    public static string NotFound(string program, string path) => $"The program '{program}' is in no directory of PATH ({path}).";

    public static string Describe(int error, string file, string workDirectory)
    {
        if (!Directory.Exists(workDirectory))
        {
            return File.Exists(workDirectory)
                ? $"The work directory '{workDirectory}' is not a directory."
                : $"The work directory '{workDirectory}' does not exist.";
        }

        if (Libc.Access(workDirectory, Executable) != 0)
        {
            return $"The work directory '{workDirectory}' may not be entered.";
        }

        return DescribeProgram(error, Path.Combine(workDirectory, file));
    }

    private static string DescribeProgram(int error, string file)
    {
        switch (error)
        {
            case Errno.NoEntry or Errno.NotDirectory when !File.Exists(file) && !Directory.Exists(file):
                return $"The program '{file}' does not exist.";
            case Errno.NoEntry:
                return Interpreter(file) is { } interpreter
                    ? $"The program '{file}' needs the interpreter '{interpreter}' (its first line), which does not exist."
                    : $"The program '{file}' needs a loader that does not exist here: it was built for another system.";
            case Errno.Access when Directory.Exists(file):
                return $"The program '{file}' is a directory.";
            case Errno.Access when Libc.Access(file, Executable) != 0:
                return $"The program '{file}' is not executable (chmod +x).";
            case Errno.Access:
                return $"The program '{file}' may not be executed: its interpreter may not, or its file system is mounted noexec.";
            case Errno.ExecFormat:
                return $"The program '{file}' is neither a binary for this machine nor a script whose first line begins with '#!'.";
            case Errno.TextBusy:
                return $"The program '{file}' is being written at this moment.";
            case Errno.TooBig:
                return $"Arguments and environment of '{file}' are longer than the kernel allows.";
            case Errno.Again or Errno.NoMemory:
                return $"The system does not let us make another process for '{file}': {Descriptors.Describe(error)}.";
            default:
                return $"Cannot start '{file}': {Descriptors.Describe(error)}.";
        }
    }

    private static string? Interpreter(string file)
    {
        if (Libc.Access(file, Readable) != 0)
        {
            return null;
        }

        Span<byte> start = stackalloc byte[256];
        using var stream = File.OpenRead(file);
        var text = Encoding.UTF8.GetString(start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)]);
        return text.StartsWith("#!", StringComparison.Ordinal)
            ? text[2..].Split('\n')[0].Trim().Split(' ', '\t')[0]
            : null;
    }

    private static bool IsVariable(KeyValuePair<string, string> variable) =>
        variable.Key.Length > 0 && !variable.Key.Contains('=', StringComparison.Ordinal) && !HasNul(variable.Key) && !HasNul(variable.Value);

    private static bool HasNul(string text) => text.Contains('\0', StringComparison.Ordinal);
}
