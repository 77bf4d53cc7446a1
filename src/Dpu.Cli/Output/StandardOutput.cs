using System.Runtime.InteropServices;
using System.Text;

namespace Dpu.Cli.Output;

/// <summary>
/// Standard output that notices when nobody reads it any more: <c>dpu logs --follow | head</c> ends instead of following for nobody.
/// (The console's own stream swallows that, and looks up terminals and encodings first, which costs start-up time.)
/// </summary>
internal sealed partial class StandardOutput : Stream
{
    private const int BrokenPipe = 32;
    private const int TryAgain = 11;
    private const int Interrupted = 4;
    private const short CanBeWritten = 4;

    private StandardOutput()
    {
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>A writer whose text appears when it is flushed, or filled up.</summary>
    public static TextWriter Open() => new StreamWriter(new StandardOutput(), new UTF8Encoding(false), 4096) { NewLine = "\n" };

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override unsafe void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            for (var written = 0; written < buffer.Length;)
            {
                var length = NativeWrite(1, start + written, (nuint)(buffer.Length - written));
                written += length >= 0 ? (int)length : Recover(Marshal.GetLastPInvokeError());
            }
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static unsafe int Recover(int error)
    {
        switch (error)
        {
            case Interrupted:
                return 0;
            case TryAgain:
                // Somebody left the pipe non-blocking: wait until it takes more.
                var poll = new PollDescriptor { FileDescriptor = 1, Events = CanBeWritten };
                _ = NativePoll(&poll, 1, -1);
                return 0;
            case BrokenPipe:
                throw new BrokenPipeException();
            default:
                throw new IOException($"The answer cannot be written: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint NativeWrite(int fileDescriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int NativePoll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int FileDescriptor;
        public short Events;
        public short Returned;
    }
}
