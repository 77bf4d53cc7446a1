using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Shouldly;

namespace Dpu.System.Tests.Processes;

/// <summary>One run of a program from its start to its end: what it printed, and its exit code.</summary>
public sealed record ProgramRun(int ExitCode, string Out, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Standard output as one JSON document, which is all that may stand there.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public static async Task<ProgramRun> OfAsync(ProcessStartInfo start, string? input = null)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardInputEncoding = start.StandardOutputEncoding = start.StandardErrorEncoding = new UTF8Encoding(false);
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            return new ProgramRun(process.ExitCode, await output, await error);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>The exit code is this one, and nobody was shown the inside of the program.</summary>
    public ProgramRun Exits(int code)
    {
        ExitCode.ShouldBe(code, $"stdout: {Out}\nstderr: {Error}");
        Error.ShouldNotContain("   at ");
        Error.ShouldNotContain("Exception");
        Error.ShouldNotContain("should not:");
        return this;
    }
}
