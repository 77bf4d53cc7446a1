using System.Diagnostics;
using Xunit;

namespace Dpu.Service.Tests.OpenApi;

/// <summary>Checks by others' programs in Python.</summary>
internal static class Python
{
    public static async Task<(int Code, string Said)> RunAsync(string program, string input)
    {
        using var process = Start(program);
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return (process.ExitCode, string.Concat(await said));
    }

    public static bool Has(string module)
    {
        try
        {
            using var process = Start($"import {module}");
            process.StandardInput.Close();
            return process.WaitForExit(TimeSpan.FromSeconds(30)) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static Process Start(string program) => Process.Start(new ProcessStartInfo("python3", ["-c", program])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}

/// <summary>A fact that needs a module of Python; skipped, with its name, where that is not installed.</summary>
internal sealed class FactWithPythonAttribute : FactAttribute
{
    public FactWithPythonAttribute(string module)
    {
        if (!Python.Has(module))
        {
            Skip = $"Python has no module {module} here.";
        }
    }
}
