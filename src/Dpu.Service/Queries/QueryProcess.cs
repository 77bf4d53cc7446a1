using System.Buffers;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Dpu.Domain.Jobs;

namespace Dpu.Service.Queries;

/// <summary>How a query ended.</summary>
internal abstract record QueryEnd
{
    private QueryEnd()
    {
    }

    /// <param name="Output">All that it printed.</param>
    public sealed record Printed(string Output) : QueryEnd;

    /// <param name="Reason">What went wrong, for people, without a full stop: its exit code and its last words, or the bound that it passed.</param>
    public sealed record Failed(string Reason) : QueryEnd;
}

/// <summary>
/// Runs a site's executable for the frontend: in an environment that holds nothing secret, for a bounded time, with bounded output. Whatever it started is
/// gone when this returns: its descendants are known by a variable that they inherit.
/// </summary>
/// <param name="searchPath">Its <c>PATH</c>.</param>
/// <param name="outputBytesMax">More than that ends it.</param>
internal sealed class QueryProcess(string searchPath, long outputBytesMax)
{
    private const string Marker = "DPU_QUERY";
    private const int LastWordsMax = 2000;
    private const int LastLinesMax = 5;

    // Whoever still holds the pipe when everything that bears the mark is gone has washed it off: it is not waited for.
    private static readonly TimeSpan PipePatience = TimeSpan.FromSeconds(2);

    /// <param name="command">Program, by its full path, and arguments.</param>
    /// <param name="folder">Its work directory, its home and its place for temporary files.</param>
    /// <param name="time">How long it may take.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<QueryEnd> RunAsync(ImmutableArray<string> command, string folder, TimeSpan time, CancellationToken cancellationToken)
    {
        var mark = $"{Marker}={Guid.NewGuid():N}";
        using var process = new Process { StartInfo = StartOf(command, folder, mark) };
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            return new QueryEnd.Failed($"it could not be started: {error.Message}");
        }

        process.StandardInput.Close();
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(time);
        using var pipes = new CancellationTokenSource();
        var output = new BoundedText(outputBytesMax);
        var words = new LastText(LastWordsMax);
        var reading = Task.WhenAll(output.FillAsync(process.StandardOutput.BaseStream, bound, pipes.Token), words.FillAsync(process.StandardError.BaseStream, pipes.Token));
        try
        {
            await process.WaitForExitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            MarkedProcesses.KillAll(mark);
            pipes.CancelAfter(PipePatience);
            await reading;
        }

        return output.IsFull
            ? new QueryEnd.Failed($"it printed more than {ByteSize.Text(outputBytesMax)} and was ended")
            : bound.IsCancellationRequested
                ? new QueryEnd.Failed($"it took longer than {time.TotalSeconds:0.###} s and was ended{Said(words)}")
                : process.ExitCode != 0
                    ? new QueryEnd.Failed($"it ended with exit code {process.ExitCode}{Said(words)}")
                    : output.Read() is { } text ? new QueryEnd.Printed(text) : new QueryEnd.Failed("what it printed is no UTF-8");
    }

    private ProcessStartInfo StartOf(ImmutableArray<string> command, string folder, string mark)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in new[] { ("PATH", searchPath), ("HOME", folder), ("TMPDIR", folder), ("LANG", "C.UTF-8"), (Marker, mark[(Marker.Length + 1)..]) })
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static string Said(LastText words)
    {
        var lines = words.Read().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? "; it said nothing on stderr" : $"; its last words: {string.Join(" | ", lines.TakeLast(LastLinesMax))}";
    }

    /// <summary>Keeps all of a stream, up to a bound.</summary>
    private sealed class BoundedText(long bytesMax)
    {
        private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

        private readonly ArrayBufferWriter<byte> _bytes = new();

        public bool IsFull { get; private set; }

        public async Task FillAsync(Stream stream, CancellationTokenSource whenFull, CancellationToken cancellationToken)
        {
            await ReadAllAsync(
                stream,
                chunk =>
                {
                    IsFull |= _bytes.WrittenCount + chunk.Length > bytesMax;
                    if (IsFull)
                    {
                        whenFull.Cancel();
                    }
                    else
                    {
                        _bytes.Write(chunk.Span);
                    }
                },
                cancellationToken);
        }

        /// <summary>Null when it is no UTF-8: a path that was mended silently would be another file's.</summary>
        public string? Read()
        {
            try
            {
                return Strict.GetString(_bytes.WrittenSpan);
            }
            catch (DecoderFallbackException)
            {
                return null;
            }
        }
    }

    /// <summary>Keeps the end of a stream.</summary>
    private sealed class LastText(int bytesMax)
    {
        private readonly Queue<byte> _bytes = new(bytesMax);

        public Task FillAsync(Stream stream, CancellationToken cancellationToken) => ReadAllAsync(
            stream,
            chunk =>
            {
                foreach (var value in chunk.Span[^Math.Min(chunk.Length, bytesMax)..])
                {
                    if (_bytes.Count == bytesMax)
                    {
                        _bytes.Dequeue();
                    }

                    _bytes.Enqueue(value);
                }
            },
            cancellationToken);

        public string Read() => Encoding.UTF8.GetString([.. _bytes]);
    }

    private static async Task ReadAllAsync(Stream stream, Action<ReadOnlyMemory<byte>> take, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await stream.ReadAsync(buffer, cancellationToken) is var length and > 0)
            {
                take(buffer.AsMemory(0, length));
            }
        }
        catch (OperationCanceledException)
        {
            // Somebody holds the pipe who is none of ours any more.
        }
    }
}
