using Dpu.Keeper.Native;
using Dpu.Keeper.Node;
using Dpu.Keeper.Processes;
using Dpu.Keeper.Protocol;

namespace Dpu.Keeper.Launching;

/// <summary>A connection that both sides have greeted, with what it has brought beyond the greeting.</summary>
internal sealed record OpenKeeper(KeeperLink Link, FrameBuffer Incoming, Welcome Welcome);

/// <summary>
/// Finds the keeper of a data directory, or starts one. Two services that start one at the same time end up with the same: the lock
/// lets only one of the two stay.
/// </summary>
internal sealed class KeeperFinder(string dataDirectory, KeeperCommand command, WakeEvent wake, Action<string> diagnostics) : IDisposable
{
    public const int FirstBackoffMilliseconds = 20;
    private const int BackoffMillisecondsMax = 2_000;
    private const int GreetingMilliseconds = 5_000;
    private const int StartMilliseconds = 1_000;
    private static readonly string Product = typeof(KeeperFinder).Assembly.GetName().Version?.ToString(3) ?? "?";

    private readonly KeeperDirectory _directory = new(dataDirectory);
    private KeeperStart? _start;
    private bool _saidWaiting;
    private volatile bool _stopped;

    /// <summary>A keeper that we started is on its way.</summary>
    public bool IsStarting => _start is not null;

    /// <summary>Whatever waits returns soon once it has been woken; may be called from any thread.</summary>
    public void Stop() => _stopped = true;

    public static int NextBackoff(int backoff) => Math.Min(backoff * 2, BackoffMillisecondsMax);

    public void Dispose() => _start?.Dispose();

    /// <summary>A greeted connection, or null when there is no keeper to talk to.</summary>
    public OpenKeeper? TryOpen()
    {
        var socket = UnixSocket.Connect(_directory.Node, KeeperDirectory.SocketName);
        if (socket < 0)
        {
            return null;
        }

        var link = new KeeperLink(socket);
        var incoming = new FrameBuffer();
        try
        {
            if (UnixSocket.Peer(socket).UserId != Libc.EffectiveUserId())
            {
                diagnostics($"The keeper's socket in '{_directory.Node}' belongs to another user's process.");
            }
            else if (Greet(link, incoming) is { } welcome)
            {
                return new OpenKeeper(link, incoming, welcome);
            }
        }
        catch (InvalidDataException broken)
        {
            diagnostics($"What listens in '{_directory.Node}' is no keeper: {broken.Message}");
        }

        link.Close();
        return null;
    }

    private Welcome? Greet(KeeperLink link, FrameBuffer incoming)
    {
        link.Write(writer => Requests.WriteHello(writer, Product));
        while (!_stopped)
        {
            if (wake.Wait(link.Socket, WakeEvent.In, GreetingMilliseconds) == 0)
            {
                if (!_stopped)
                {
                    diagnostics($"The keeper of '{dataDirectory}' does not answer.");
                }

                return null;
            }

            var open = incoming.Fill(link.Socket);
            while (incoming.TryTake(out var kind, out var fields))
            {
                switch (kind)
                {
                    case FrameKind.Welcome:
                        return Replies.ReadWelcome(ref fields);
                    case FrameKind.Refused:
                        diagnostics(fields.Text());
                        return null;
                    default:
                        break;
                }
            }

            if (!open)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Starts a keeper when none of ours is on its way, and waits a little; returns how long to wait next time.</summary>
    public int WaitForKeeper(int backoff)
    {
        if (_start is null)
        {
            StartKeeper(backoff);
            return NextBackoff(backoff);
        }

        if (_start.Ended() is { } status)
        {
            if (status.Code is not (KeeperProgram.Done or KeeperProgram.AlreadyRunning))
            {
                diagnostics($"The keeper of '{dataDirectory}' ended with {Describe(status)}: see '{_directory.Log}'.");
            }

            _start.Dispose();
            _start = null;
        }
        else if (backoff == BackoffMillisecondsMax && !_saidWaiting)
        {
            _saidWaiting = true;
            diagnostics($"The keeper of '{dataDirectory}' is not ready yet: see '{_directory.Log}'.");
        }

        wake.Wait(-1, WakeEvent.In, backoff);
        return NextBackoff(backoff);
    }

    private void StartKeeper(int backoff)
    {
        try
        {
            _saidWaiting = false;
            _start = KeeperStart.Begin(command, _directory, dataDirectory);
            wake.Wait(_start.Ready, WakeEvent.In, StartMilliseconds);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            diagnostics(failure.Message);
            wake.Wait(-1, WakeEvent.In, backoff);
        }
    }

    private static string Describe(ExitStatus status) =>
        status.Signal is { } signal ? $"signal {signal}" : $"exit code {status.Code}";
}
