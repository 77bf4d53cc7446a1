using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Keeper.Launching;
using Dpu.Keeper.Protocol;

namespace Dpu.Keeper;

/// <summary>
/// Runs recipes through the keeper of a data directory: connects to the one that runs, or starts one. When the connection breaks it
/// connects again; when the keeper died it starts the next, which first ends whatever the old one ran. Disposing leaves the
/// keeper and the recipes alone.
/// </summary>
public sealed class KeeperLauncher : IProcessLauncher, IAsyncDisposable
{
    private const int RequestBytesPerFrame = 1 << 20;
    private const long NoLease = long.MinValue;
    private static readonly TimeSpan AcknowledgeDelay = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ShortService = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly WakeEvent _wake = new();
    private readonly KeeperFinder _finder;
    private readonly Action<string> _diagnostics;
    private readonly ITimer _acknowledgeTimer;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<LauncherEvent> _batch = [];

    private Action<IReadOnlyList<LauncherEvent>>? _onEvents;
    private volatile KeeperLink? _link;
    private volatile bool _stopped;
    private volatile bool _paused;
    private volatile TaskCompletionSource<bool>? _quit;
    private Acknowledgement? _acknowledged;
    private long _lease = NoLease;
    private Guid _unfit;
    private int _timerSet;

    /// <param name="dataDirectory">Whose keeper to talk to; it is created when it does not exist.</param>
    /// <param name="command">How to start a keeper.</param>
    /// <param name="time">For the short delay that lets acknowledgements travel together, and to tell a short connection from a long one.</param>
    /// <param name="diagnostics">Called with sentences for the log: what is wrong when no keeper can be reached.</param>
    public KeeperLauncher(string dataDirectory, KeeperCommand command, TimeProvider time, Action<string> diagnostics)
    {
        _finder = new KeeperFinder(dataDirectory, command, _wake, diagnostics);
        _time = time;
        _diagnostics = diagnostics;
        _acknowledgeTimer = time.CreateTimer(_ => SendAcknowledgement(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The keeper that is connected now; null without one.</summary>
    public int? KeeperProcessId { get; private set; }

    /// <summary>Whoever asked the keeper to end waits for its answer, which comes behind the events.</summary>
    private bool MayRead => !_paused || _quit is not null;

    /// <summary>The keeper that is or was connected last.</summary>
    internal Guid Incarnation { get; private set; }

    /// <inheritdoc/>
    public void Connect(Action<IReadOnlyList<LauncherEvent>> onEvents)
    {
        if (Interlocked.CompareExchange(ref _onEvents, onEvents, null) is not null)
        {
            throw new InvalidOperationException("A launcher is connected once.");
        }

        new Thread(Run) { IsBackground = true, Name = "keeper" }.Start();
    }

    /// <inheritdoc/>
    public void Start(Guid incarnation, IReadOnlyList<LaunchRequest> requests)
    {
        // Asked of the link that takes it: another keeper may answer by now than the caller knows of.
        if (requests.Count > 0 && _link is { } link && link.Incarnation == incarnation)
        {
            Send(link, writer => WriteStarts(writer, requests));
        }
    }

    /// <inheritdoc/>
    public void End(AttemptId attempt, EndReason reason) => Send(writer => Requests.WriteEnd(writer, attempt, reason));

    /// <inheritdoc/>
    public void Acknowledge(Guid incarnation, long sequenceNr)
    {
        var next = new Acknowledgement(incarnation, sequenceNr);
        for (var known = Volatile.Read(ref _acknowledged); known is null || known.Incarnation != incarnation || known.SequenceNr < sequenceNr;)
        {
            var seen = Interlocked.CompareExchange(ref _acknowledged, next, known);
            if (seen == known)
            {
                break;
            }

            known = seen;
        }

        if (Interlocked.Exchange(ref _timerSet, 1) == 0)
        {
            _acknowledgeTimer.Change(AcknowledgeDelay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public void Pause() => _paused = true;

    /// <inheritdoc/>
    public void Resume()
    {
        _paused = false;
        _wake.Set();
    }

    /// <inheritdoc/>
    /// <remarks>A keeper that was started by a release without leases is not used from the first lease on; the log says what to do.</remarks>
    public void Lease(TimeSpan until)
    {
        for (var known = Volatile.Read(ref _lease); known < until.Ticks;)
        {
            var seen = Interlocked.CompareExchange(ref _lease, until.Ticks, known);
            if (seen == known)
            {
                Send(SendLease);
                if (_link is { KnowsLeases: false })
                {
                    _wake.Set();
                }

                break;
            }

            known = seen;
        }
    }

    /// <summary>
    /// Asks the keeper to end, as an orderly stopping service does, and ends the connection. A keeper that still runs something, or
    /// holds reports that are not acknowledged, stays. One that is on its way is asked as soon as it can be reached.
    /// </summary>
    /// <returns>Whether it ended.</returns>
    public async Task<bool> QuitAsync(CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var quit = Interlocked.CompareExchange(ref _quit, answer, null) ?? answer;
        if (_onEvents is null)
        {
            quit.TrySetResult(false);
        }

        Send(Requests.WriteQuit);
        _wake.Set();
        var ended = await quit.Task.WaitAsync(cancellation);
        await DisposeAsync();
        return ended;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _stopped = true;
        _finder.Stop();
        await _acknowledgeTimer.DisposeAsync();
        if (_onEvents is not null)
        {
            _wake.Set();
            await _ended.Task;
        }

        _wake.Dispose();
    }

    private static void WriteStarts(FrameWriter writer, IReadOnlyList<LaunchRequest> requests)
    {
        for (var first = 0; first < requests.Count;)
        {
            var (count, bytes) = (0, 0L);
            while (first + count < requests.Count && bytes < RequestBytesPerFrame)
            {
                var request = requests[first + count++];
                bytes += request.Command.Sum(argument => argument.Length) + request.Environment.Sum(variable => variable.Key.Length + variable.Value.Length);
            }

            Requests.WriteStart(writer, requests, first, count);
            first += count;
        }
    }

    private void SendAcknowledgement()
    {
        Volatile.Write(ref _timerSet, 0);
        Interlocked.MemoryBarrier();
        Send(static _ => { });
    }

    /// <summary>The latest lease there is: threads that tell one may overtake each other.</summary>
    private void SendLease(FrameWriter writer)
    {
        if (Volatile.Read(ref _lease) is var lease and not NoLease)
        {
            Requests.WriteLease(writer, TimeSpan.FromTicks(lease));
        }
    }

    /// <summary>Sends frames, an acknowledgement that waits ahead of them. While there is no keeper they go nowhere.</summary>
    private void Send(Action<FrameWriter> write)
    {
        if (_link is { } link)
        {
            Send(link, write);
        }
    }

    private void Send(KeeperLink link, Action<FrameWriter> write)
    {
        var sent = link.Write(writer =>
        {
            if (Volatile.Read(ref _acknowledged) is { } acknowledged && acknowledged.Incarnation == link.Incarnation && acknowledged.SequenceNr > link.Acknowledged)
            {
                link.Acknowledged = acknowledged.SequenceNr;
                Requests.WriteAcknowledge(writer, acknowledged.SequenceNr);
            }

            write(writer);
        });
        if (!sent)
        {
            _wake.Set();
        }
    }

    private void Run()
    {
        try
        {
            var backoff = KeeperFinder.FirstBackoffMilliseconds;
            while (!_stopped)
            {
                if (_finder.TryOpen() is { } opened)
                {
                    var opening = _time.GetTimestamp();
                    if (IsFit(opened.Welcome))
                    {
                        Serve(opened);
                    }
                    else
                    {
                        opened.Link.Close();
                    }

                    // Two services that by mistake share a directory take the keeper from each other: not in a busy loop.
                    backoff = _time.GetElapsedTime(opening) < ShortService ? KeeperFinder.NextBackoff(backoff) : KeeperFinder.FirstBackoffMilliseconds;
                    _wake.Wait(-1, WakeEvent.In, _stopped ? 0 : backoff);
                }
                else if (_quit is { } quit && !_finder.IsStarting)
                {
                    // There is no keeper, and none is wanted.
                    _stopped = true;
                    quit.TrySetResult(false);
                }
                else if (!_stopped)
                {
                    backoff = _finder.WaitForKeeper(backoff);
                }
            }
        }
        finally
        {
            _finder.Dispose();
            _ended.TrySetResult();
        }
    }

    /// <summary>
    /// False for a keeper that was started by a release without leases when this node has one: it would run recipes on that run elsewhere by then.
    /// </summary>
    private bool IsFit(Welcome welcome)
    {
        if (welcome.KnowsLeases || Volatile.Read(ref _lease) == NoLease)
        {
            return true;
        }

        if (_unfit != welcome.Incarnation)
        {
            _unfit = welcome.Incarnation;
            _diagnostics(
                $"The keeper (process {welcome.ProcessId}, dpu {welcome.Product}) is from a release whose keepers cannot end what they run when the node is cut off, " +
                $"so it is not used for a node of a cluster. Let the release that started it finish its {welcome.Attempts.Length} recipes, or end them with 'kill {welcome.ProcessId}'.");
        }

        return false;
    }

    private void Serve(OpenKeeper opened)
    {
        var (link, incoming, welcome) = opened;
        link.Incarnation = Incarnation = welcome.Incarnation;
        KeeperProcessId = welcome.ProcessId;
        link.KnowsLeases = welcome.KnowsLeases;
        _link = link;

        // Read only when the link can be seen: whoever tells a later one from now on sends it himself.
        Send(SendLease);
        if (_quit is not null)
        {
            // Asked for while this connection was being made.
            Send(Requests.WriteQuit);
        }

        _onEvents!([new LauncherEvent.Connected(welcome.Incarnation, welcome.Attempts)]);
        var reason = "the keeper closed the connection";
        try
        {
            while (!_stopped && IsFit(welcome) && Receive(link, incoming))
            {
                // Each turn delivers what one read brought.
            }

            reason = welcome.KnowsLeases || Volatile.Read(ref _lease) == NoLease ? reason : "the keeper knows no leases";
        }
        catch (InvalidDataException broken)
        {
            reason = $"the keeper broke the protocol: {broken.Message}";
        }

        _link = null;
        KeeperProcessId = null;
        link.Close();
        _quit?.TrySetResult(false);
        if (!_stopped)
        {
            _onEvents!([new LauncherEvent.Disconnected(reason)]);
        }
    }

    /// <summary>Waits for something and delivers it; false at the connection's end.</summary>
    private bool Receive(KeeperLink link, FrameBuffer incoming)
    {
        if (!DeliverWhole(incoming))
        {
            return false;
        }

        // While it is paused nothing is read: the socket fills, and the keeper keeps the rest, on its disk if need be. The end of the
        // connection is told all the same, and then what is left in the socket is worth reading: there will be no second time for it.
        var wanted = MayRead ? WakeEvent.In : default;
        var happened = _wake.Wait(link.Socket, (short)(link.HasWaiting ? wanted | WakeEvent.Out : wanted), -1);
        if (happened == 0)
        {
            return true;
        }

        link.Flush();
        if (!MayRead && (happened & WakeEvent.Gone) == 0)
        {
            return true;
        }

        var open = incoming.Fill(link.Socket);
        return DeliverWhole(incoming) && open;
    }

    /// <summary>Delivers all events whose frames are complete; false when the keeper took leave.</summary>
    private bool DeliverWhole(FrameBuffer incoming)
    {
        var stays = true;
        _batch.Clear();
        while (incoming.TryTake(out var kind, out var fields))
        {
            switch (kind)
            {
                case FrameKind.Quitting:
                    _stopped = true;
                    stays = false;
                    _quit?.TrySetResult(true);
                    break;
                case FrameKind.Busy:
                    _quit?.TrySetResult(false);
                    break;
                default:
                    if (EventFrames.Read(kind, ref fields) is { } happened)
                    {
                        _batch.Add(happened);
                    }

                    break;
            }
        }

        if (_batch.Count > 0)
        {
            _onEvents!([.. _batch]);
        }

        return stays;
    }

    /// <summary>What may be forgotten: a number means something within its incarnation only.</summary>
    private sealed record Acknowledgement(Guid Incarnation, long SequenceNr);
}
