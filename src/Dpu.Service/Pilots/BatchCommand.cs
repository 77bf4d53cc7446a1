using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Dpu.Actors.Scaling;

namespace Dpu.Service.Pilots;

/// <summary>What a command said.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Words">The last of its standard error, in one line.</param>
internal sealed record CommandAnswer(int ExitCode, string Output, string Words);

/// <summary>
/// Runs the commands of batch systems and ssh: without a shell, each argument as it is, for a bounded time, with bounded output, and with no more of this service's environment
/// than they need: a submitted job would inherit it.
/// </summary>
/// <param name="searchPath">Where programs are looked for, as in <c>PATH</c>.</param>
/// <param name="time">How long each may take.</param>
internal sealed class BatchCommand(string searchPath, TimeSpan time)
{
    private const int OutputMax = 16 << 20;
    private const int WordsMax = 4 << 10;
    private const int WordsShown = 500;

    private static readonly string[] Passed = ["HOME", "USER", "LOGNAME", "TZ", "KRB5CCNAME", "SSH_AUTH_SOCK"];
    private static readonly string[] PassedPrefixes = ["SLURM_", "SGE_", "MUNGE_"];
    private static readonly TimeSpan PipePatience = TimeSpan.FromSeconds(2);

    /// <summary>Where a program stands, or null.</summary>
    public string? Find(string program) => searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    /// <param name="program">Its name, looked up in the search path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">What stands on its standard input; null for nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BatchSystemException">It is not there, did not end in time, or said too much.</exception>
    public async Task<CommandAnswer> RunAsync(string program, IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken)
    {
        var path = Find(program) ?? throw new BatchSystemException($"There is no command '{program}' in {searchPath}: install it on the frontend's host, or set dpu.scaling.path.");
        using var process = new Process { StartInfo = StartOf(path, arguments) };
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            throw new BatchSystemException($"{program}: it could not be started: {error.Message}");
        }

        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(time);
        using var pipes = new CancellationTokenSource();
        var output = ReadAsync(process.StandardOutput.BaseStream, OutputMax, bound, pipes.Token);
        var words = ReadAsync(process.StandardError.BaseStream, WordsMax, null, pipes.Token);
        try
        {
            await WriteAsync(process, input, bound.Token);
            await process.WaitForExitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
        finally
        {
            pipes.CancelAfter(PipePatience);
        }

        var (text, full) = await output;
        var said = OneLine((await words).Text);
        cancellationToken.ThrowIfCancellationRequested();
        return full
            ? throw new BatchSystemException($"{program}: it printed more than {OutputMax >> 20} MiB and was ended")
            : bound.IsCancellationRequested
                ? throw new BatchSystemException($"{program}: it did not answer within {time.TotalSeconds:0.#} s{(said.Length > 0 ? $": {said}" : "")}", unanswered: true)
                : new CommandAnswer(process.ExitCode, text, said);
    }

    /// <summary>The same for a command that must succeed.</summary>
    /// <exception cref="BatchSystemException">Also: it failed. The message is what it said.</exception>
    public async Task<string> SucceedAsync(string program, IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken)
    {
        var answer = await RunAsync(program, arguments, input, cancellationToken);
        return answer.ExitCode == 0 ? answer.Output : throw Failure(program, answer);
    }

    /// <summary>A command's failure as a sentence.</summary>
    public static BatchSystemException Failure(string program, CommandAnswer answer) => new(
        answer.Words.Length > 0
            ? (answer.Words.StartsWith(program + ":", StringComparison.Ordinal) ? answer.Words : $"{program}: {answer.Words}")
            : $"{program}: it ended with exit code {answer.ExitCode} and said nothing");

    /// <summary>Lines as one, without what would disturb a terminal, cut where it is too long.</summary>
    private static string OneLine(string text)
    {
        var line = string.Join(" | ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        line = string.Concat(line.Select(letter => char.IsControl(letter) ? ' ' : letter));
        return line.Length <= WordsShown ? line : line[..WordsShown] + " …";
    }

    private ProcessStartInfo StartOf(string path, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.ToArray())
        {
            if (!Passed.Contains(name, StringComparer.Ordinal) && !PassedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                start.Environment.Remove(name);
            }
        }

        start.Environment["PATH"] = searchPath;
        start.Environment["LC_ALL"] = "C";
        // Slurm's times as seconds since 1970: by themselves they have no zone.
        start.Environment["SLURM_TIME_FORMAT"] = "%s";
        return start;
    }

    private static async Task WriteAsync(Process process, string? input, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = process.StandardInput.BaseStream;
            await stream.WriteAsync(Encoding.UTF8.GetBytes(input ?? ""), cancellationToken);
        }
        catch (IOException)
        {
            // It did not want to read it all: its exit says why.
        }
    }

    private static async Task<(string Text, bool Full)> ReadAsync(Stream stream, int bytesMax, CancellationTokenSource? whenFull, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[16 << 10];
        try
        {
            while (await stream.ReadAsync(buffer, cancellationToken) is var length and > 0)
            {
                // What is beyond the bound is read all the same: a command that cannot write would not end.
                kept.Write(buffer, 0, (int)Math.Min(length, bytesMax + 1 - kept.Length));
                if (kept.Length > bytesMax && whenFull is not null)
                {
                    await whenFull.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Somebody that it started holds the pipe: he is not waited for.
        }

        return (Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)Math.Min(kept.Length, bytesMax)), kept.Length > bytesMax && whenFull is not null);
    }
}
