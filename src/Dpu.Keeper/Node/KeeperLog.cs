using System.Globalization;
using System.Text;
using Dpu.Keeper.Native;

namespace Dpu.Keeper.Node;

/// <summary>
/// The keeper's own few lines. The file stays small: past its bound its older half is cut off. It is cut in place, since the runtime's own
/// last words go to the same file through the standard error of this process.
/// </summary>
internal sealed class KeeperLog(string path, TimeProvider time)
{
    private const long BytesMax = 256 << 10;
    private const int BytesKept = 128 << 10;

    private readonly int _descriptor = Libc.Open(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Append | OpenFlags.CloseOnExec, 0x180);

    public void Write(string line)
    {
        var at = time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var bytes = Encoding.UTF8.GetBytes($"{at} [{Environment.ProcessId}] {line}\n");
        if (Libc.Seek(_descriptor, 0, 2) + bytes.Length > BytesMax)
        {
            Cut();
        }

        // A log that cannot be written (a full disk) must not end the recipes.
        _ = Descriptors.WriteAll(_descriptor, bytes);
    }

    private void Cut()
    {
        var kept = new byte[BytesKept];
        _ = Libc.Seek(_descriptor, -BytesKept, 2);
        var length = Math.Max(Descriptors.Read(_descriptor, kept), 0);
        var newest = kept.AsSpan(0, length);
        newest = newest[(newest.IndexOf((byte)'\n') + 1)..];
        _ = Libc.Truncate(_descriptor, 0);
        _ = Descriptors.WriteAll(_descriptor, newest);
    }
}
