namespace Dpu.TestKit;

/// <summary>Holds a simulation to the thread that made it, and remembers the first trespass.</summary>
internal sealed class ThreadGuard
{
    private readonly int _owner = Environment.CurrentManagedThreadId;
    private Exception? _trespass;

    /// <exception cref="SimulationException">Something runs on another thread: it left its dispatcher.</exception>
    public void Check(string what)
    {
        if (Environment.CurrentManagedThreadId == _owner)
        {
            return;
        }

        var trespass = new SimulationException(
            $"{what} from thread {Environment.CurrentManagedThreadId}, outside of the simulation's own: some code left its dispatcher "
            + $"(ConfigureAwait(false), Task.Run, a timer or I/O of the real world?).\n{Environment.StackTrace}");
        Interlocked.CompareExchange(ref _trespass, trespass, null);
        throw trespass;
    }

    /// <summary>Throws what happened on another thread, here, where the test sees it.</summary>
    public void ThrowIfTrespassed()
    {
        if (Volatile.Read(ref _trespass) is { } trespass)
        {
            throw new SimulationException(trespass.Message, trespass);
        }
    }
}
