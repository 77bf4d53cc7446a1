using System.Runtime.InteropServices;
using Dpu.Keeper.Native;
using Dpu.Keeper.Processes;

namespace Dpu.Keeper.Spawning;

/// <summary>
/// What all our children have in common: a session of their own, no signal blocked, none ignored. (What a process ignores, its children
/// would ignore too: .NET ignores SIGPIPE, the keeper SIGHUP and SIGINT.) Made once; it lives as long as the process.
/// </summary>
internal sealed unsafe class SpawnAttributes
{
    private const short SetSignalDefault = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;

    /// <summary>More than any C library's structure takes.</summary>
    private const int StructureBytes = 1024;
    private const int SignalSetBytes = 128;

    /// <summary>32 and 33, which the C library keeps for its threads and would leave ignored.</summary>
    private const ulong LibrarySignals = 3UL << 31;

    public SpawnAttributes()
    {
        var signals = stackalloc ulong[SignalSetBytes / sizeof(ulong)];
        new Span<byte>(signals, SignalSetBytes).Clear();
        Pointer = NativeMemory.AllocZeroed(StructureBytes);
        _ = Libc.AttributesInit(Pointer);
        _ = Libc.AttributesSetFlags(Pointer, SetSignalDefault | SetSignalMask | SetSession);
        _ = Libc.AttributesSetMask(Pointer, signals);
        signals[0] = ProcFiles.IgnoredSignals() | LibrarySignals;
        _ = Libc.AttributesSetDefault(Pointer, signals);
    }

    public void* Pointer { get; }
}
