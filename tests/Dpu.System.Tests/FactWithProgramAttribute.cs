using Xunit;

namespace Dpu.System.Tests;

/// <summary>A fact that needs a program of the system; skipped, with its name, where that is not installed.</summary>
internal sealed class FactWithProgramAttribute : FactAttribute
{
    public FactWithProgramAttribute(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, program))))
        {
            Skip = $"The program {program} is not installed.";
        }
    }
}
