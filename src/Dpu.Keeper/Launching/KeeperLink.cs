using Dpu.Keeper.Native;
using Dpu.Keeper.Protocol;

namespace Dpu.Keeper.Launching;

/// <summary>
/// An open connection to a keeper as the service's callers write to it: a write goes out at once where the socket takes it, and waits
/// for the reading thread where it does not. Nobody is ever blocked.
/// </summary>
internal sealed class KeeperLink(int socket)
{
    private readonly Lock _gate = new();
    private readonly FrameWriter _waiting = new();
    private bool _closed;

    /// <summary>Which keeper is at the other end; known once it has greeted.</summary>
    public Guid Incarnation { get; set; }

    /// <summary>Whether that keeper takes leases.</summary>
    public bool KnowsLeases { get; set; }

    /// <summary>The last number that was acknowledged on this connection; written under the lock.</summary>
    public long Acknowledged { get; set; }

    public int Socket => socket;

    /// <summary>Whether something waits until the socket takes more.</summary>
    public bool HasWaiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Length > 0;
            }
        }
    }

    /// <summary>Writes frames; false when they could not all be sent at once.</summary>
    public bool Write(Action<FrameWriter> write)
    {
        lock (_gate)
        {
            write(_waiting);
            return TryFlush();
        }
    }

    public bool Flush()
    {
        lock (_gate)
        {
            return TryFlush();
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Descriptors.Close(socket);
        }
    }

    private bool TryFlush()
    {
        if (_closed)
        {
            _waiting.Clear();
            return true;
        }

        // A broken connection is found by whoever reads it; what waited is then resent by nobody, as the seam says.
        var sent = UnixSocket.Send(socket, _waiting.Written);
        _waiting.RemoveFirst(sent < 0 ? _waiting.Length : sent);
        return _waiting.Length == 0;
    }
}
