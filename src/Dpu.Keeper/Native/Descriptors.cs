using System.Runtime.InteropServices;

namespace Dpu.Keeper.Native;

/// <summary>Small steps with raw descriptors. Failures that can only be bugs or exhausted resources throw; expected ones are values.</summary>
internal static unsafe class Descriptors
{
    private const int SetFlags = 4;
    private const nuint BytesWaiting = 0x541B;

    /// <summary>A pipe whose ends are closed on exec; the reading end never blocks, the writing end does, as programs expect.</summary>
    public static bool TryPipe(out int reader, out int writer, out int error)
    {
        var ends = stackalloc int[2];
        if (Libc.Pipe(ends, OpenFlags.CloseOnExec) != 0)
        {
            (reader, writer, error) = (-1, -1, Marshal.GetLastPInvokeError());
            return false;
        }

        (reader, writer, error) = (ends[0], ends[1], 0);
        _ = Libc.Control(reader, SetFlags, OpenFlags.NonBlocking);
        return true;
    }

    /// <summary>Reads what is there: bytes, 0 at the end, -1 when there is nothing now, the negated error number minus one otherwise.</summary>
    public static int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = Libc.Read(descriptor, start, buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                var error = Marshal.GetLastPInvokeError();
                if (error != Errno.Interrupted)
                {
                    return error == Errno.Again ? -1 : -1 - error;
                }
            }
        }
    }

    /// <summary>Writes everything, or says with an error number why not; what was written up to then stays written.</summary>
    public static int WriteAll(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var done = 0;
            while (done < bytes.Length)
            {
                var count = Libc.Write(descriptor, start + done, bytes.Length - done);
                if (count >= 0)
                {
                    done += (int)count;
                }
                else if (Marshal.GetLastPInvokeError() is var error and not Errno.Interrupted)
                {
                    return error;
                }
            }
        }

        return 0;
    }

    /// <summary>How many bytes wait in a pipe.</summary>
    public static int Waiting(int descriptor)
    {
        int count;
        return Libc.DeviceControl(descriptor, BytesWaiting, &count) == 0 ? count : 0;
    }

    public static void Close(int descriptor)
    {
        if (descriptor >= 0)
        {
            _ = Libc.Close(descriptor);
        }
    }

    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    public static IOException Failure(string what) => new($"{what}: {Describe(Marshal.GetLastPInvokeError())}");
}
