using System.Runtime.InteropServices;

namespace Dpu.Cli;

/// <summary>Ctrl-C (or SIGTERM) as a token instead of the program's sudden end. A second one ends the program at once.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public CancellationToken Token => _source.Token;

    public static Interrupt OnSignals()
    {
        var interrupt = new Interrupt();
        interrupt._registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, interrupt.Handle));
        interrupt._registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, interrupt.Handle));
        return interrupt;
    }

    /// <summary>As if Ctrl-C had been pressed.</summary>
    public void Raise() => _source.Cancel();

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _source.Dispose();
    }

    private void Handle(PosixSignalContext signal)
    {
        // The default action of a second signal stays: whoever presses Ctrl-C twice means it.
        signal.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
