using System.Net;
using Dpu.Service.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dpu.Service.Http;

/// <summary>
/// Answers those who are not let in. Secrets here cannot be guessed, and a guess must not be cheap all the same: from another host each wrong one waits, and only so
/// many wait at a time. However many try, the log gets a few lines a minute.
/// </summary>
/// <param name="logger">Gets the warnings.</param>
/// <param name="time">Measures both.</param>
/// <param name="isLoopback">Whether an address is this host's own loopback.</param>
internal sealed class RefusedCallers(ILogger logger, TimeProvider time, Func<IPAddress?, bool> isLoopback)
{
    private const int LinesPerMinuteMax = 20;
    private const int WaitingMax = 100;
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long _minuteBegan = time.GetTimestamp();
    private int _lines;
    private long _unlogged;
    private int _waiting;

    public bool IsLoopback(HttpContext context) => isLoopback(context.Connection.RemoteIpAddress);

    /// <summary>Says no, with a line in the log. <paramref name="refusal"/> and <paramref name="reason"/> hold nothing secret.</summary>
    public async Task AnswerAsync(HttpContext context, ProblemResult refusal, string reason)
    {
        Log(context.Connection.RemoteIpAddress, reason);
        if (!IsLoopback(context) && !await WaitAsync(context.RequestAborted))
        {
            context.Abort();
            return;
        }

        await refusal.ExecuteAsync(context);
    }

    /// <summary>A line in the log, unless there were too many of them lately; then they are counted.</summary>
    public void Log(IPAddress? remote, string reason)
    {
        long before;
        lock (_gate)
        {
            if (time.GetElapsedTime(_minuteBegan) >= Minute)
            {
                _minuteBegan = time.GetTimestamp();
                _lines = 0;
            }

            if (++_lines > LinesPerMinuteMax)
            {
                _unlogged++;
                return;
            }

            before = _unlogged;
            _unlogged = 0;
        }

        if (before > 0)
        {
            HostLog.RefusalsUnlogged(logger, before);
        }

        HostLog.Refused(logger, remote, reason);
    }

    private async Task<bool> WaitAsync(CancellationToken aborted)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > WaitingMax)
            {
                return false;
            }

            await Task.Delay(Delay, time, aborted);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
