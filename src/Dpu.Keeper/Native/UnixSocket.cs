using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Dpu.Keeper.Native;

/// <summary>
/// A stream socket in a directory of the file system. The directory is reached through <c>/proc/self/fd</c>, since the kernel
/// takes no more than 107 bytes for the address and data directories lie as deep as their users like.
/// </summary>
internal static unsafe class UnixSocket
{
    private const int Family = 1;
    private const int StreamCloseOnExecNonBlocking = 1 | OpenFlags.CloseOnExec | OpenFlags.NonBlocking;
    private const int AddressBytes = 110;
    private const int DontWaitNoSignal = 0x40 | 0x4000;
    private const int SocketLevel = 1;
    private const int PeerCredentialsOption = 17;

    /// <summary>Listens under a name in a directory; the name must not exist.</summary>
    public static int Listen(string directory, string name)
    {
        var socket = Create();
        var failed = WithAddress(directory, name, socket, static (s, address) => Libc.Bind(s, address, AddressBytes)) != 0
            || Libc.Listen(socket, 16) != 0;
        if (failed)
        {
            var failure = Descriptors.Failure($"Cannot listen on {directory}/{name}");
            Descriptors.Close(socket);
            throw failure;
        }

        return socket;
    }

    /// <summary>The connected socket, or the negated error number: nobody listening is an ordinary answer.</summary>
    public static int Connect(string directory, string name)
    {
        var socket = Create();
        if (WithAddress(directory, name, socket, static (s, address) => Libc.Connect(s, address, AddressBytes)) == 0)
        {
            return socket;
        }

        var error = Marshal.GetLastPInvokeError();
        Descriptors.Close(socket);
        return -error;
    }

    /// <summary>The next caller, or -1 when nobody waits.</summary>
    public static int Accept(int listener) => Libc.Accept(listener, null, null, OpenFlags.CloseOnExec | OpenFlags.NonBlocking);

    public static PeerCredentials Peer(int socket)
    {
        PeerCredentials peer;
        var length = (uint)sizeof(PeerCredentials);
        return Libc.GetSocketOption(socket, SocketLevel, PeerCredentialsOption, &peer, &length) == 0
            ? peer
            : throw Descriptors.Failure("Cannot see who connects");
    }

    /// <summary>How many bytes went out: fewer than given when the peer is slow, -1 when the connection is gone.</summary>
    public static int Send(int socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var done = 0;
            while (done < bytes.Length)
            {
                var count = Libc.Send(socket, start + done, bytes.Length - done, DontWaitNoSignal);
                if (count >= 0)
                {
                    done += (int)count;
                    continue;
                }

                var error = Marshal.GetLastPInvokeError();
                if (error == Errno.Again)
                {
                    return done;
                }

                if (error != Errno.Interrupted)
                {
                    return -1;
                }
            }

            return done;
        }
    }

    private static int Create()
    {
        var socket = Libc.Socket(Family, StreamCloseOnExecNonBlocking, 0);
        return socket >= 0 ? socket : throw Descriptors.Failure("Cannot create a socket");
    }

    private delegate int SocketCall(int socket, byte* address);

    private static int WithAddress(string directory, string name, int socket, SocketCall call)
    {
        var descriptor = Libc.Open(directory, OpenFlags.PathOnly | OpenFlags.Directory | OpenFlags.CloseOnExec, 0);
        if (descriptor < 0)
        {
            return -1;
        }

        var address = stackalloc byte[AddressBytes];
        new Span<byte>(address, AddressBytes).Clear();
        *(ushort*)address = Family;
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor}/{name}");
        Encoding.UTF8.GetBytes(path, new Span<byte>(address + 2, AddressBytes - 3));
        var result = call(socket, address);
        var error = Marshal.GetLastPInvokeError();
        Descriptors.Close(descriptor);
        Marshal.SetLastPInvokeError(error);
        return result;
    }
}
