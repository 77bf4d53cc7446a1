namespace Dpu.Keeper.Native;

/// <summary>Numbers of the Linux interface that are the same on x86-64 and arm64.</summary>
internal static class Errno
{
    public const int NoEntry = 2;
    public const int NoProcess = 3;
    public const int Interrupted = 4;
    public const int TooBig = 7;
    public const int ExecFormat = 8;
    public const int Again = 11;
    public const int NoMemory = 12;
    public const int Access = 13;
    public const int NotDirectory = 20;
    public const int TextBusy = 26;
}

internal static class OpenFlags
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Truncate = 0x200;
    public const int Append = 0x400;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    /// <summary><c>O_DIRECTORY</c> is one of the few flags that differ: arm64 kept the number of 32-bit ARM.</summary>
    public static int Directory { get; } =
        System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? 0x4000 : 0x10000;
}

internal static class Signals
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <summary>The disposition that makes the kernel drop a signal (<c>SIG_IGN</c>).</summary>
    public const nint Ignore = 1;
}

internal static class Clocks
{
    /// <summary><c>CLOCK_BOOTTIME</c>: since the host's start, running through suspend; nobody can set it.</summary>
    public const int Boot = 7;
}

internal static class Calls
{
    public const nint PidfdSendSignal = 424;
    public const nint PidfdOpen = 434;
}
