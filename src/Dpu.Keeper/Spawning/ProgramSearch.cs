using Dpu.Keeper.Native;

namespace Dpu.Keeper.Spawning;

/// <summary>Finds a program the way a shell would, in the <c>PATH</c> of the environment that the program is to get.</summary>
internal static class ProgramSearch
{
    private const string UsualPath = "/usr/local/bin:/usr/bin:/bin";
    private const int Executable = 1;

    /// <summary>The file to run: a name with a slash is one already; null when no directory of the path has it.</summary>
    public static string? Find(string program, IReadOnlyList<KeyValuePair<string, string>> environment, string workDirectory)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            return program;
        }

        foreach (var directory in PathOf(environment).Split(':'))
        {
            var file = Path.Combine(workDirectory, directory, program);
            if (File.Exists(file) && Libc.Access(file, Executable) == 0)
            {
                return file;
            }
        }

        return null;
    }

    public static string PathOf(IReadOnlyList<KeyValuePair<string, string>> environment)
    {
        foreach (var (name, value) in environment)
        {
            if (name == "PATH")
            {
                return value;
            }
        }

        return UsualPath;
    }
}
