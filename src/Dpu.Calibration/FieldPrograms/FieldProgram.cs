using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dpu.Calibration.Contract;

namespace Dpu.Calibration.FieldPrograms;

/// <summary>
/// A program of the field that a recipe runs: source-extractor, SWarp and their kin. It starts in a folder of its own within the work directory, reads settings that the recipe wrote there,
/// and what it says goes to the task's log. No name of a user's ever stands in its settings or on its command line: files get names of ours.
/// </summary>
/// <param name="name">As it is called on the path.</param>
/// <param name="package">Debian's package that has it.</param>
internal sealed class FieldProgram(string name, string package)
{
    private const int LastLines = 3;
    private const int NoSuchFile = 2;

    public string Name => name;

    /// <summary>A folder for one run, empty.</summary>
    public string NewFolder(TaskContext context)
    {
        for (var number = 1; ; number++)
        {
            var folder = Path.Combine(context.WorkDirectory, string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"));
            if (!Directory.Exists(folder))
            {
                return Directory.CreateDirectory(folder).FullName;
            }
        }
    }

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="RecipeException">It is not installed, or it failed.</exception>
    public void Run(TaskContext context, string folder, params ReadOnlySpan<string> arguments)
    {
        context.Log($"Running : {name} {string.Join(' ', arguments.ToArray())}");
        using var process = Start(folder, arguments);
        process.StandardInput.Close();
        var last = new Queue<string>();
        var gate = new Lock();
        void Say(string? line)
        {
            if (Clean(line) is not { Length: > 0 } said) { return; }
            lock (gate)
            {
                context.Log($"{name} : {said}");
                last.Enqueue(said);
                if (last.Count > LastLines) { last.Dequeue(); }
            }
        }

        process.OutputDataReceived += (_, line) => Say(line.Data);
        process.ErrorDataReceived += (_, line) => Say(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new RecipeException(string.Create(CultureInfo.InvariantCulture, $"{name} ended with exit code {process.ExitCode}; it said last: {string.Join(" | ", last)}"));
        }
    }

    private Process Start(string folder, ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo(name)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments) { start.ArgumentList.Add(argument); }
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"{name} was not started.");
        }
        catch (Win32Exception e) when (e.NativeErrorCode == NoSuchFile)
        {
            throw new RecipeException($"The program {name} is not installed on this node: install the package {package} (apt-get install {package}).", RecipeException.ProgramMissing, e);
        }
    }

    /// <summary>Without what moves a terminal's cursor: these programs draw their progress.</summary>
    private static string Clean(string? line)
    {
        var text = new StringBuilder();
        var inEscape = false;
        foreach (var c in line ?? "")
        {
            if (c == '\u001b')
            {
                inEscape = true;
            }
            else if (inEscape)
            {
                // A sequence such as ESC [ 1 A ends with its letter.
                inEscape = !char.IsAsciiLetter(c);
            }
            else if (!char.IsControl(c))
            {
                text.Append(c);
            }
        }

        return text.ToString().Trim();
    }
}
