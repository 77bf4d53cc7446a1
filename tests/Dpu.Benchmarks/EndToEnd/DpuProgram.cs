using System.Diagnostics;
using System.Globalization;
using Dpu.Client;

namespace Dpu.Benchmarks.EndToEnd;

/// <summary>The program <c>dpu</c> as its users have it: a service with data of its own, and commands that speak to it.</summary>
internal sealed class DpuProgram : IDisposable
{
    private static readonly string Program = Find(AppContext.BaseDirectory);

    private readonly string _home = Directory.CreateTempSubdirectory("dpu-benchmark-").FullName;
    private Process? _service;

    public Uri Address { get; private set; } = null!;

    public ProcessUse Use => new(_service!.Id);

    /// <summary>A client with the token that the service wrote.</summary>
    public DpuHttpClient Client() => new(new DpuClientOptions { Address = Address, Token = _ => File.ReadAllText(TokenPath).Trim() });

    public string NewFile(string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(_home, name);
        File.WriteAllLines(path, lines);
        return path;
    }

    /// <summary>Starts the service, on the data of earlier starts, and returns how long it took to listen.</summary>
    public TimeSpan Start()
    {
        var watch = Stopwatch.StartNew();
        _service = Run("serve", "--data", Path.Combine(_home, "data"), "--port", "0");
        while (_service.StandardError.ReadLine() is { } line)
        {
            if (line.Split(' ').FirstOrDefault(word => word.StartsWith("http://", StringComparison.Ordinal)) is { } address)
            {
                Address = new Uri(address.TrimEnd(',', '.'));
                _ = _service.StandardError.ReadToEndAsync();
                return watch.Elapsed;
            }
        }

        throw new InvalidOperationException("The service did not start.");
    }

    /// <summary><c>kill -9</c>, as the kernel does it when memory runs out.</summary>
    public void Kill()
    {
        _service!.Kill();
        _service.WaitForExit();
        _service.Dispose();
        _service = null;
    }

    /// <summary>Runs a command to its end.</summary>
    public CommandRun Command(params string[] arguments)
    {
        var watch = Stopwatch.StartNew();
        using var process = Run(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var peak = 0L;
        while (!process.WaitForExit(5))
        {
            peak = Math.Max(peak, new ProcessUse(process.Id).PeakBytes);
        }

        return process.ExitCode == 0
            ? new CommandRun(output.Result.Trim(), watch.Elapsed, peak)
            : throw new InvalidOperationException($"dpu {string.Join(' ', arguments)}: {errors.Result}");
    }

    public void Dispose()
    {
        if (_service is not null)
        {
            // In order, so that its keeper ends with it.
            using var stop = Process.Start("kill", _service.Id.ToString(CultureInfo.InvariantCulture));
            _service.WaitForExit();
            _service.Dispose();
        }

        Directory.Delete(_home, recursive: true);
    }

    private string TokenPath => Path.Combine(_home, ".dpu", "tokens", $"{Address.Host}_{Address.Port}");

    private Process Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _home };
        start.Environment["HOME"] = _home;
        start.Environment["DPU_NAME"] = Address?.GetLeftPart(UriPartial.Authority);
        return Process.Start(start)!;
    }

    /// <summary>It is built along with this program, and not part of it.</summary>
    private static string Find(string folder)
    {
        var root = folder;
        while (!File.Exists(Path.Combine(root, "DpuActors.sln")))
        {
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("Run this from the repository that it was built in.");
        }

        var configuration = folder.Contains("/Debug/", StringComparison.Ordinal) ? "Debug" : "Release";
        return Path.Combine(root, "src", "Dpu.Cli", "bin", configuration, "net10.0", "dpu");
    }
}

/// <summary>What a command printed, how long it took, and the most memory that it held.</summary>
internal sealed record CommandRun(string Output, TimeSpan Took, long PeakBytes);

/// <summary>What a process holds and has used, as the kernel tells it.</summary>
internal readonly record struct ProcessUse(int ProcessId)
{
    private const double TicksPerSecond = 100;

    /// <summary>Memory that it holds, with its share of what it has in common with others.</summary>
    public long PssBytes => Kibibytes("smaps_rollup", "Pss:");

    /// <summary>The most memory that it ever held; 0 when it has ended.</summary>
    public long PeakBytes => Kibibytes("status", "VmHWM:");

    public double CpuSeconds
    {
        get
        {
            // Behind the program's name, which may hold anything: state is the third field, user and system time the 14th and 15th.
            var text = File.ReadAllText($"/proc/{ProcessId}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
    }

    private long Kibibytes(string file, string label)
    {
        try
        {
            return File.ReadLines($"/proc/{ProcessId}/{file}")
                .Where(line => line.StartsWith(label, StringComparison.Ordinal))
                .Select(line => long.Parse(line[label.Length..^2], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) * 1024)
                .FirstOrDefault();
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
