using System.Runtime.InteropServices;

namespace Dpu.Cli;

/// <summary>SIGHUP as a call instead of the program's end.</summary>
internal static class Hangup
{
    /// <param name="handle">Called for each signal, one at a time, on a thread of its own; until the result is disposed.</param>
    public static IDisposable OnSignal(Action handle)
    {
        var turn = new Lock();
        return PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            lock (turn)
            {
                handle();
            }
        });
    }
}
