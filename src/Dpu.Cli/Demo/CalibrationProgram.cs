using System.Diagnostics;

namespace Dpu.Cli.Demo;

/// <summary>The program of the calibration recipes, which also makes the raw frames and knows the truth behind them.</summary>
internal sealed class CalibrationProgram(string path)
{
    private const string Name = "dpu-calibration";

    /// <summary>Looks where the service looks: beside this program, and in its folder <c>calibration</c>.</summary>
    public static CalibrationProgram Find()
    {
        string[] places = [Path.Combine(AppContext.BaseDirectory, Name), Path.Combine(AppContext.BaseDirectory, "calibration", Name)];
        return new CalibrationProgram(places.FirstOrDefault(File.Exists)
            ?? throw new WorkFailedException($"{Name} is neither {string.Join(" nor ", places)}: build the whole solution."));
    }

    /// <summary>Runs it and returns what it printed.</summary>
    /// <exception cref="WorkFailedException">It failed; the message has its own words.</exception>
    public async Task<string> RunAsync(IEnumerable<string> arguments, CancellationToken ct)
    {
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new WorkFailedException($"{path} cannot be started.");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var error = process.StandardError.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return process.ExitCode == 0 ? await output : throw new WorkFailedException((await error).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }
}
