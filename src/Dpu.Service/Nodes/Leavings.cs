using Dpu.Service.Hosting;
using Microsoft.Extensions.Logging;

namespace Dpu.Service.Nodes;

/// <summary>
/// Work directories of settled attempts on a node that keeps nothing for good: their links to inputs go at once, the rest after a while, in which people may look.
/// A mark beside a work directory says that it may go, so that a restart does not forget it. Safe for use by several threads.
/// </summary>
internal sealed class Leavings : IDisposable
{
    private const string MarkSuffix = ".settled";
    private const string InputsSuffix = ".inputs";
    private const string UnpackedSuffix = ".unpacked";
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(1);

    private readonly string _work;
    private readonly TimeSpan _keep;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private int _sweeping;

    /// <param name="work">The folder of all work directories: <c>work/&lt;job&gt;/&lt;task&gt;.&lt;attempt&gt;</c>.</param>
    /// <param name="keep">How long they stay.</param>
    /// <param name="time">For that.</param>
    /// <param name="logger">What cannot be removed is told.</param>
    public Leavings(string work, TimeSpan keep, TimeProvider time, ILogger logger)
    {
        (_work, _keep, _time, _logger) = (work, keep, time, logger);
        _timer = time.CreateTimer(_ => Sweep(), null, TimeSpan.Zero, Round);
    }

    /// <summary>Where links to inputs are that were brought for an attempt with this work directory.</summary>
    public static string InputsOf(string workDirectory) => workDirectory + InputsSuffix;

    /// <summary>All links to inputs.</summary>
    public IEnumerable<string> Links() => Directory.Exists(_work)
        ? Directory.EnumerateDirectories(_work).SelectMany(job => Directory.EnumerateDirectories(job, "*" + InputsSuffix)).SelectMany(inputs => Directory.EnumerateFiles(inputs, "*", SearchOption.AllDirectories))
        : [];

    /// <summary>An attempt is settled. Returns at once.</summary>
    public void Add(string workDirectory) => _ = Task.Run(() => Try(workDirectory, () =>
    {
        Remove(InputsOf(workDirectory));
        if (Directory.Exists(workDirectory))
        {
            File.WriteAllText(workDirectory + MarkSuffix, "");
        }
    }));

    public void Dispose() => _timer.Dispose();

    /// <summary>Removes what has been kept long enough.</summary>
    internal void Sweep()
    {
        if (Interlocked.Exchange(ref _sweeping, 1) == 1)
        {
            return;
        }

        try
        {
            var before = _time.GetUtcNow().UtcDateTime - _keep;
            foreach (var mark in Marks().Where(mark => mark.LastWriteTimeUtc <= before))
            {
                var directory = mark.FullName[..^MarkSuffix.Length];
                Try(directory, () =>
                {
                    Remove(directory);
                    Remove(InputsOf(directory));
                    File.Delete(directory + UnpackedSuffix);
                    mark.Delete();
                });
            }
        }
        finally
        {
            Volatile.Write(ref _sweeping, 0);
        }
    }

    private IEnumerable<FileInfo> Marks() => Directory.Exists(_work)
        ? new DirectoryInfo(_work).EnumerateDirectories().SelectMany(job => job.EnumerateFiles("*" + MarkSuffix))
        : [];

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Try(string directory, Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            HostLog.LeavingsStay(_logger, directory, error);
        }
    }
}
