namespace Dpu.Kernel;

/// <summary>
/// Where actors run. Everything an actor does goes through here: its turns at the mailbox and what follows its awaits.
/// </summary>
public interface IDispatcher
{
    /// <summary>Runs <paramref name="work"/> once, later, never inside this call. May be called from any thread.</summary>
    void Schedule(Action work);
}
