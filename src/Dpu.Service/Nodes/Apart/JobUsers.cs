using System.Globalization;
using Dpu.Service.Staging;

namespace Dpu.Service.Nodes.Apart;

/// <summary>
/// Numbers of Unix users, handed out one after the other. None is handed out twice before all others were, over restarts too: what somebody left running or lying
/// about belongs to nobody that comes after. Safe for use by several threads.
/// </summary>
/// <remarks>How far the numbers are used is written down a block ahead, so that a start in a hurry skips some and repeats none.</remarks>
internal sealed class JobUsers(string file, uint first, uint count)
{
    private const uint Block = 1000;

    private readonly Lock _gate = new();
    private uint? _next;
    private uint _written;

    /// <summary>The next number.</summary>
    /// <exception cref="IOException">What is used cannot be written down.</exception>
    public uint Next()
    {
        lock (_gate)
        {
            var next = _next ?? Read();
            if (_next is null || next == _written)
            {
                _written = (next + Math.Min(Block, count)) % count;
                Write(_written);
            }

            _next = (next + 1) % count;
            return first + next;
        }
    }

    private void Write(uint used)
    {
        var half = file + ".half";
        using (var stream = new StreamWriter(half))
        {
            stream.Write(used.ToString(CultureInfo.InvariantCulture));
            stream.Flush();
            DurableFile.Sync(((FileStream)stream.BaseStream).SafeFileHandle, half);
        }

        DurableFile.MoveTo(half, file);
    }

    /// <summary>What cannot be read was never written: only whole files are put in place.</summary>
    private uint Read() =>
        File.Exists(file) && uint.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var written) ? written % count : 0;
}
