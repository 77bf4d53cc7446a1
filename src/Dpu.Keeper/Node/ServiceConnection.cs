using Dpu.Keeper.Native;
using Dpu.Keeper.Protocol;

namespace Dpu.Keeper.Node;

/// <summary>One connection from a service, greeted or not yet.</summary>
internal sealed class ServiceConnection(int descriptor, uint id, Epoll epoll) : IDisposable
{
    private bool _wantsOut;

    public uint Id => id;

    public int Descriptor => descriptor;

    public FrameBuffer Incoming { get; } = new();

    public FrameWriter Outgoing { get; } = new();

    /// <summary>The number of the event that is sent next.</summary>
    public long NextEvent { get; set; }

    public bool IsOpen { get; private set; } = true;

    /// <summary>Sends what the peer takes now; true when all is sent.</summary>
    public bool Flush()
    {
        var sent = UnixSocket.Send(descriptor, Outgoing.Written);
        Outgoing.RemoveFirst(Math.Max(sent, 0));

        // A connection that broke is found out by reading it, which tells first what the peer said last.
        var all = sent >= 0 && Outgoing.Length == 0;
        if (sent >= 0 && _wantsOut == all)
        {
            _wantsOut = !all;
            epoll.Update(descriptor, Epoll.In | (_wantsOut ? Epoll.Out : 0), new WatchNumber(WatchKind.Connection, id).Packed);
        }

        return all;
    }

    public void Dispose()
    {
        if (IsOpen)
        {
            IsOpen = false;
            epoll.Close(descriptor);
        }
    }
}
