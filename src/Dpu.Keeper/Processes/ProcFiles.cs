using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Dpu.Keeper.Native;

namespace Dpu.Keeper.Processes;

/// <summary>What <c>/proc/PID/stat</c> says, as far as it matters here.</summary>
/// <param name="State">R, S, D, Z …</param>
/// <param name="Parent">The parent's pid.</param>
/// <param name="Group">The process group.</param>
/// <param name="Session">The session.</param>
/// <param name="Threads">How many threads it has; a leader that ended before its threads looks like a zombie and is none.</param>
/// <param name="StartTicks">When it was started, in clock ticks since the host was.</param>
internal readonly record struct ProcessState(char State, int Parent, int Group, int Session, int Threads, long StartTicks)
{
    public bool IsDead => State is 'X' or 'Z' && Threads <= 1;
}

/// <summary>Reads small files of <c>/proc</c>. A process may go at any moment: then the answer is null or empty.</summary>
internal static unsafe class ProcFiles
{
    private const int EnvironmentBytesMax = 8 << 20;
    private static readonly long PageBytes = Environment.SystemPageSize;

    public static ProcessState? State(int pid)
    {
        Span<byte> buffer = stackalloc byte[1024];
        var text = Read($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat", buffer);

        // The program's name stands in parentheses and may hold anything, parentheses and blanks too.
        var nameEnd = text.LastIndexOf((byte)')');
        if (nameEnd < 0 || text.Length < nameEnd + 4)
        {
            return null;
        }

        var fields = text[(nameEnd + 2)..];
        return new ProcessState((char)fields[0], (int)Field(fields, 1), (int)Field(fields, 2), (int)Field(fields, 3), (int)Field(fields, 17), Field(fields, 19));
    }

    /// <summary>Resident memory in bytes; 0 when it is gone.</summary>
    public static long ResidentBytes(int pid)
    {
        Span<byte> buffer = stackalloc byte[128];
        var text = Read($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/statm", buffer);
        return text.IsEmpty ? 0 : Field(text, 1) * PageBytes;
    }

    public static string Name(int pid)
    {
        Span<byte> buffer = stackalloc byte[64];
        return Encoding.UTF8.GetString(Read($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/comm", buffer)).TrimEnd('\n');
    }

    /// <summary>
    /// The environment a process was started with; empty when it is gone or another user's. The buffer grows as needed and is used again.
    /// </summary>
    public static ReadOnlySpan<byte> Environ(int pid, ref byte[] buffer)
    {
        var path = $"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/environ";
        var text = Read(path, buffer);
        while (text.Length == buffer.Length && buffer.Length < EnvironmentBytesMax)
        {
            buffer = new byte[Math.Max(buffer.Length * 4, 4096)];
            text = Read(path, buffer);
        }

        return text;
    }

    /// <summary>Whether a variable has this value in such an environment.</summary>
    public static bool Holds(ReadOnlySpan<byte> environment, string variable)
    {
        Span<byte> wanted = stackalloc byte[256];
        wanted = wanted[..Encoding.UTF8.GetBytes(variable, wanted)];
        foreach (var entry in environment.Split((byte)0))
        {
            if (environment[entry].SequenceEqual(wanted))
            {
                return true;
            }
        }

        return false;
    }

    public static ulong RealTimeLimit(int pid)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var text = Read($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/limits", buffer);
        var at = text.IndexOf("Max realtime timeout"u8);
        return at >= 0 && Utf8Parser.TryParse(text[(at + 20)..].TrimStart((byte)' '), out ulong value, out _) ? value : ulong.MaxValue;
    }

    /// <summary>Whether a number is that of a thread of this process.</summary>
    public static bool IsOwnThread(int thread) => Libc.Access($"/proc/self/task/{thread.ToString(CultureInfo.InvariantCulture)}", 0) == 0;

    /// <summary>The personality a process has from its parent, 0 when it cannot be read.</summary>
    public static uint Personality(int pid)
    {
        Span<byte> buffer = stackalloc byte[16];
        var text = Read($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/personality", buffer);
        return Utf8Parser.TryParse(text, out uint persona, out _, 'x') ? persona : 0;
    }

    /// <summary>A figure of <c>/proc/self/status</c> in bytes.</summary>
    public static long OwnStatusBytes(string name)
    {
        Span<byte> buffer = stackalloc byte[4096];
        return StatusField(Read("/proc/self/status", buffer), name) is { } value
            && Utf8Parser.TryParse(value, out long kibibytes, out _) ? kibibytes * 1024 : 0;
    }

    /// <summary>The signals that this process ignores, bit 0 for signal 1.</summary>
    public static ulong IgnoredSignals()
    {
        Span<byte> buffer = stackalloc byte[4096];
        return StatusField(Read("/proc/self/status", buffer), "SigIgn") is { } value
            && Utf8Parser.TryParse(value, out ulong mask, out _, 'x') ? mask : 0;
    }

    /// <summary>How many processes the kernel has killed for want of memory since the host was started; null when it does not say.</summary>
    public static long? OomKills()
    {
        // The counters' number differs from kernel to kernel; all of them have fitted into a quarter of this.
        Span<byte> buffer = stackalloc byte[32 << 10];
        var text = Read("/proc/vmstat", buffer);
        var at = text.IndexOf("\noom_kill "u8);
        return at >= 0 && Utf8Parser.TryParse(text[(at + 10)..], out long kills, out _) ? kills : null;
    }

    private static byte[]? StatusField(ReadOnlySpan<byte> status, string name)
    {
        foreach (var range in status.Split((byte)'\n'))
        {
            var line = status[range];
            var colon = line.IndexOf((byte)':');
            if (colon > 0 && line[..colon].SequenceEqual(Encoding.ASCII.GetBytes(name)))
            {
                return line[(colon + 1)..].Trim(" \t"u8).ToArray();
            }
        }

        return null;
    }

    private static ReadOnlySpan<byte> Read(string path, Span<byte> buffer)
    {
        var descriptor = Libc.Open(path, OpenFlags.ReadOnly | OpenFlags.CloseOnExec, 0);
        if (descriptor < 0)
        {
            return default;
        }

        var length = 0;
        while (length < buffer.Length && Descriptors.Read(descriptor, buffer[length..]) is var count and > 0)
        {
            length += count;
        }

        Descriptors.Close(descriptor);
        return buffer[..length];
    }

    private static long Field(ReadOnlySpan<byte> fields, int index)
    {
        for (; index > 0; index--)
        {
            fields = fields[(fields.IndexOf((byte)' ') + 1)..];
        }

        return Utf8Parser.TryParse(fields, out long value, out _) ? value : 0;
    }
}
