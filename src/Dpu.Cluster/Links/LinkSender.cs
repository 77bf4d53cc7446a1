using System.Net.WebSockets;

namespace Dpu.Cluster.Links;

/// <summary>
/// Sends frames over a WebSocket, one at a time, urgent ones first. What waits is counted; where the peer grants credit, no more is sent than it takes.
/// </summary>
internal sealed class LinkSender(WebSocket socket, bool needsCredit) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Queue<byte[]> _urgent = new();
    private readonly Queue<byte[]> _frames = new();
    private long _unsentBytes;
    private int _framesOut;
    private long _bytesOut;
    private bool _completed;

    /// <summary>Puts a frame in line; returns how many bytes wait now.</summary>
    public long Post(byte[] frame, bool urgent = false)
    {
        long unsent;
        lock (_gate)
        {
            if (_completed)
            {
                return 0;
            }

            (urgent ? _urgent : _frames).Enqueue(frame);
            unsent = _unsentBytes += frame.Length;
        }

        _wake.Release();
        return unsent;
    }

    /// <summary>The peer has dealt with so much.</summary>
    public void Credit(int frames, long bytes)
    {
        lock (_gate)
        {
            _framesOut = Math.Max(0, _framesOut - frames);
            _bytesOut = Math.Max(0, _bytesOut - bytes);
        }

        _wake.Release();
    }

    /// <summary>Nothing more is taken; what waits still goes out.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
        }

        _wake.Release();
    }

    /// <summary>Sends until it is complete.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Next(out var ended) is { } frame)
            {
                await socket.SendAsync(frame, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
            }
            else if (ended)
            {
                return;
            }
            else
            {
                await _wake.WaitAsync(cancellationToken);
            }
        }
    }

    public void Dispose() => _wake.Dispose();

    private byte[]? Next(out bool ended)
    {
        lock (_gate)
        {
            if (!_urgent.TryDequeue(out var frame) && MaySend())
            {
                frame = _frames.Dequeue();
                _framesOut++;
                _bytesOut += frame.Length;
            }

            _unsentBytes -= frame?.Length ?? 0;
            ended = _completed && _frames.Count == 0;
            return frame;
        }
    }

    private bool MaySend() => _frames.TryPeek(out var next)
        && (!needsCredit
            || (_framesOut < LinkProtocol.UnhandledFramesMax && (_bytesOut == 0 || _bytesOut + next.Length <= LinkProtocol.UnhandledBytesMax)));
}
